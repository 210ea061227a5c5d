#include "core/jit/script_error.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/frontend/error_report.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "core/error_message.h"

namespace libtorch_node::core {

namespace {

constexpr std::size_t kLongest = std::size_t{1} << 20;
constexpr std::string_view kHere = " <--- HERE";

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) break;
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  lines.push_back(text.substr(start));
  return lines;
}

bool IsBlank(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
}

/// What the indented lines of a template literal have in common.
std::size_t CommonIndentation(const std::vector<std::string_view>& lines) {
  std::string_view common;
  bool any = false;
  for (const std::string_view line : lines) {
    if (IsBlank(line)) continue;
    const std::string_view indent =
        line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
    if (!any) common = indent;
    any = true;
    const auto end =
        std::mismatch(common.begin(), common.end(), indent.begin(), indent.end()).first;
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
  }
  return common.size();
}

/// Python needs these lines; a script here has the names without them.
bool IsForPython(std::string_view line) {
  return line.starts_with("import ") || line.starts_with("from ") ||
         line.starts_with("@torch.jit.export") || line.starts_with("@torch.jit.script") ||
         line.starts_with("@export") || line.starts_with("@script");
}

std::size_t Utf16Units(std::string_view utf8) {
  std::size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::string_view LineOf(std::string_view text, std::size_t line) {
  const auto lines = LinesOf(text);
  return line >= 1 && line <= lines.size() ? lines[line - 1] : std::string_view();
}

std::string Trimmed(std::string_view text) {
  while (!text.empty() &&
         (std::isspace(static_cast<unsigned char>(text.back())) != 0 || text.back() == ':')) {
    text.remove_suffix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  return std::string(text);
}

/// `column` counts bytes of the plain line from 0.
CompileError Located(const ScriptText& text, std::size_t line, std::size_t column,
                     const std::string& what) {
  const std::string source(LineOf(text.given, line));
  const std::size_t offset = std::min(column + text.indentation, source.size());
  const std::size_t units = Utf16Units(std::string_view(source).substr(0, offset)) + 1;
  // A tab stays a tab, so that the caret stands below.
  std::string caret;
  for (const char c : source.substr(0, offset)) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) caret += c == '\t' ? '\t' : ' ';
  }
  const std::string place = "line " + std::to_string(line) + ", column " + std::to_string(units);
  return CompileError(what + "\n" + place + ":\n" + source + "\n" + caret + "^", line, units,
                      source);
}

/// Whether the line underlines something, and from which column.
bool IsUnderline(std::string_view line, std::size_t& column) {
  if (line.ends_with(kHere)) line.remove_suffix(kHere.size());
  column = line.find_first_not_of(' ');
  if (column == std::string_view::npos) return false;
  return line.find_first_not_of('~', column) == std::string_view::npos;
}

/// Lines end, and blocks start and end, before the word that LibTorch points at.
bool IsAboutLines(const std::string& what) {
  return what.find("found 'newline'") != std::string::npos ||
         what.find("found 'indent'") != std::string::npos ||
         what.find("found 'dedent'") != std::string::npos ||
         what.find("found 'eof'") != std::string::npos;
}

/// "'__torch__.Net (of Python compilation unit at: 0x7fd8fc00d100)' object has no ..."
std::string WithoutAddresses(std::string what) {
  constexpr std::string_view kUnit = " (of Python compilation unit at: ";
  for (std::size_t at = what.find(kUnit); at != std::string::npos; at = what.find(kUnit)) {
    const std::size_t end = what.find(')', at);
    what.erase(at, end == std::string::npos ? end : end + 1 - at);
  }
  return what;
}

/// LibTorch's own text: what, then `File "name", line N`, then lines and underlines.
CompileError Parse(const ScriptText& text, const std::string& message) {
  const std::string file = "  File \"" + text.name + "\", line ";
  const std::size_t first_place = message.find("  File \"");
  const std::size_t at = message.find(file);
  const std::string what =
      Trimmed(std::string_view(message).substr(0, std::min(first_place, message.size())));
  if (at == std::string::npos) return CompileError(Scrub(Trimmed(message)), 0, 0, "");
  const auto line =
      static_cast<std::size_t>(std::strtoull(message.c_str() + at + file.size(), nullptr, 10));
  std::size_t column = 0;
  const auto lines = LinesOf(std::string_view(message).substr(at));
  const std::string_view erroneous = LineOf(text.plain, line);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::size_t found = 0;
    if (lines[i - 1] == erroneous && IsUnderline(lines[i], found)) {
      column = found;
      break;
    }
  }
  if (what.starts_with("expected a valid token")) {
    column = std::min(erroneous.find_first_not_of(" \t", column), erroneous.size());
    std::size_t end = column + 1;
    while (end < erroneous.size() && (static_cast<unsigned char>(erroneous[end]) & 0xC0) == 0x80) {
      ++end;
    }
    const std::string_view found = erroneous.substr(column, end - column);
    const bool quote = found == "'" || found == "\"";
    return Located(text, line, column,
                   quote ? "the string does not end" : "unexpected '" + std::string(found) + "'");
  }
  if (IsAboutLines(what)) {
    std::size_t last = line;
    while (last > 1 && (last == line || IsBlank(LineOf(text.plain, last)))) --last;
    const std::string_view before = LineOf(text.plain, last);
    return Located(text, last, before.find_last_not_of(" \t") + 1, Scrub(what));
  }
  return Located(text, line, column, WithoutAddresses(Scrub(what)));
}

}  // namespace

std::string CompileError::detail() const {
  return std::to_string(line_) + ":" + std::to_string(column_) + ":" + source_line_;
}

ScriptText ReadScript(std::string given, const std::string& name) {
  if (given.size() > kLongest) {
    throw CompileError("the source has " + std::to_string(given.size()) +
                           " bytes, expected at most " + std::to_string(kLongest),
                       0, 0, "");
  }
  ScriptText text;
  std::string unix_lines;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] != '\r' || i + 1 >= given.size() || given[i + 1] != '\n') unix_lines += given[i];
  }
  text.given = std::move(unix_lines);
  text.name = name;
  const auto lines = LinesOf(text.given);
  text.indentation = CommonIndentation(lines);
  for (const std::string_view line : lines) {
    const std::string_view rest = IsBlank(line) ? "" : line.substr(text.indentation);
    // The line stays, so that lines keep their numbers.
    if (!IsForPython(rest)) text.plain += rest;
    text.plain += '\n';
  }
  return text;
}

CompileError ErrorAt(const ScriptText& text, std::size_t offset, const std::string& what) {
  const std::string_view before = std::string_view(text.plain).substr(0, offset);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t newline = before.rfind('\n');
  return Located(text, line,
                 newline == std::string_view::npos ? before.size() : before.size() - newline - 1,
                 what);
}

void ThrowCompileError(const ScriptText& text, const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const c10::Error& error) {
    throw Parse(text, error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Parse(text, error.what());
  }
}

}  // namespace libtorch_node::core

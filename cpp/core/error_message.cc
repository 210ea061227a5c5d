#include "core/error_message.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <array>
#include <cctype>
#include <new>
#include <string_view>

namespace libtorch_node::core {
namespace {

constexpr std::string_view kInterpreterFailed =
    "The following operation failed in the TorchScript interpreter.";
constexpr std::string_view kAllocationFailed = "not enough memory: you tried to allocate";
constexpr std::string_view kNotResizable = "Trying to resize storage that is not resizable";
constexpr std::string_view kBacktrace = "\nException raised from ";

bool EndsLikeSource(std::string_view path) {
  constexpr std::array<std::string_view, 7> kEndings{".py", ".cpp", ".cc",   ".h",
                                                     ".cu", ".cuh", ".ipynb"};
  for (const auto ending : kEndings) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

bool IsPathCharacter(char c) {
  return std::isspace(static_cast<unsigned char>(c)) == 0 &&
         std::string_view("\"'()<>|,;:").find(c) == std::string_view::npos;
}

bool StartsPath(const std::string& text, std::size_t at) {
  if (at > 0 && IsPathCharacter(text[at - 1])) return false;
  const auto is_slash = [&](std::size_t i) {
    return i < text.size() && (text[i] == '/' || text[i] == '\\');
  };
  const bool drive = std::isalpha(static_cast<unsigned char>(text[at])) != 0 &&
                     at + 1 < text.size() && text[at + 1] == ':' && is_slash(at + 2);
  return text[at] == '/' || drive;
}

/// Where a path that starts at `at` ends; quoted ones may contain spaces.
std::size_t EndOfPath(const std::string& text, std::size_t at) {
  if (at > 0 && text[at - 1] == '"') {
    const auto end = text.find_first_of("\"\n", at);
    return end == std::string::npos ? text.size() : end;
  }
  std::size_t end = text[at] == '/' ? at : at + 2;
  while (end < text.size() && IsPathCharacter(text[end])) ++end;
  return end;
}

std::string WithoutFolders(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (!StartsPath(text, at)) {
      result += text[at++];
      continue;
    }
    const std::size_t end = EndOfPath(text, at);
    const std::string_view path(text.data() + at, end - at);
    const auto slash = path.find_last_of("/\\");
    result += EndsLikeSource(path) ? path.substr(slash + 1) : path;
    at = end;
  }
  return result;
}

std::string WithoutBacktrace(std::string text) {
  const auto start = text.find(kBacktrace);
  if (start != std::string::npos) {
    // Frames are lines; what follows them (TorchScript's own traceback) stays.
    auto end = text.find('\n', start + 1);
    while (end != std::string::npos && text.compare(end + 1, 6, "frame ") == 0) {
      end = text.find('\n', end + 1);
    }
    text.erase(start, end == std::string::npos ? std::string::npos : end - start);
  }
  return text;
}

std::string Trim(const std::string& text) {
  const auto first = text.find_first_not_of(" \n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// LibTorch puts the cause after the traceback; here it comes first.
std::string CauseFirst(const std::string& message) {
  const auto start = message.find(kInterpreterFailed);
  if (start == std::string::npos) return message;
  const std::string rest = Trim(message.substr(start + kInterpreterFailed.size()));
  for (const std::string_view label : {"\nRuntimeError: ", "\ntorch.jit.Error: "}) {
    const auto cause = rest.rfind(label);
    if (cause == std::string::npos) continue;
    return Trim(rest.substr(cause + label.size())) + "\n" + Trim(rest.substr(0, cause));
  }
  return rest;
}

ErrorInfo Torch(const char* code, const c10::Error& error, ErrorKind kind = ErrorKind::kTorch) {
  return {code, kind, Scrub(error.what_without_backtrace()), {}};
}

ErrorInfo DescribeTorch(const c10::Error& error) {
  if (Contains(error.what_without_backtrace(), kAllocationFailed)) {
    return Torch("ERR_OUT_OF_MEMORY", error);
  }
  if (Contains(error.what_without_backtrace(), kNotResizable)) {
    return Torch("ERR_NOT_RESIZABLE", error);
  }
  return Torch("ERR_TORCH", error);
}

ErrorInfo DescribeStandard(const std::exception& error) {
  const std::string message = error.what();
  const bool in_script = Contains(message, kInterpreterFailed);
  if (Contains(message, kAllocationFailed)) {
    return {"ERR_OUT_OF_MEMORY", ErrorKind::kTorch, CauseFirst(Scrub(message)), {}};
  }
  return {in_script ? "ERR_SCRIPT_FAILED" : "ERR_INTERNAL",
          ErrorKind::kTorch,
          CauseFirst(Scrub(message)),
          {}};
}

ErrorInfo DescribeRaised(const torch::jit::JITException& error) {
  return {"ERR_SCRIPT_RAISED", ErrorKind::kTorch, CauseFirst(Scrub(error.what())),
          error.getPythonClassName().value_or("")};
}

}  // namespace

std::string Scrub(const std::string& message) {
  return Trim(WithoutFolders(WithoutBacktrace(message)));
}

ErrorInfo Describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return {error.code(), error.kind(), error.what(), {}};
  } catch (const c10::OutOfMemoryError& error) {
    return Torch("ERR_OUT_OF_MEMORY", error);
  } catch (const c10::IndexError& error) {
    return Torch("ERR_INDEX", error, ErrorKind::kRange);
  } catch (const c10::TypeError& error) {
    return Torch("ERR_TYPE", error, ErrorKind::kType);
  } catch (const c10::ValueError& error) {
    return Torch("ERR_VALUE", error, ErrorKind::kRange);
  } catch (const c10::NotImplementedError& error) {
    return Torch("ERR_NOT_IMPLEMENTED", error);
  } catch (const c10::LinAlgError& error) {
    return Torch("ERR_LINALG", error);
  } catch (const c10::Error& error) {
    return DescribeTorch(error);
  } catch (const torch::jit::JITException& error) {
    return DescribeRaised(error);
  } catch (const torch::jit::ErrorReport& error) {
    return {"ERR_COMPILE", ErrorKind::kTorch, Scrub(error.what()), {}};
  } catch (const std::bad_alloc&) {
    return {"ERR_OUT_OF_MEMORY", ErrorKind::kTorch, "not enough memory", {}};
  } catch (const std::exception& error) {
    return DescribeStandard(error);
  } catch (...) {
    return {"ERR_INTERNAL", ErrorKind::kTorch, "an unknown C++ exception", {}};
  }
}

}  // namespace libtorch_node::core

#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>

#include "core/error.h"

namespace libtorch_node::core {

/// TorchScript text as a caller wrote it, and as LibTorch gets it.
struct ScriptText {
  std::string given;            // UTF-8
  std::string name;             // the file name that LibTorch writes into messages
  std::string plain;            // the same lines without common indentation, imports and decorators
  std::size_t indentation = 0;  // bytes taken from each line
};

/// Throws ERR_COMPILE for text that is too long.
ScriptText ReadScript(std::string given, const std::string& name);

/// ERR_COMPILE with the place: a line and a column that count from 1, the column in UTF-16 units of
/// the text as given.
class CompileError : public Error {
 public:
  CompileError(const std::string& message, std::size_t line, std::size_t column,
               std::string source_line)
      : Error("ERR_COMPILE", message),
        line_(line),
        column_(column),
        source_line_(std::move(source_line)) {}

  /// "line:column:source line", for the JavaScript error.
  std::string detail() const override;

 private:
  std::size_t line_;  // 0: unknown
  std::size_t column_;
  std::string source_line_;
};

/// The error at a byte of the plain text.
CompileError ErrorAt(const ScriptText& text, std::size_t offset, const std::string& what);

/// What LibTorch's parser or compiler threw, as a CompileError; other failures are rethrown.
[[noreturn]] void ThrowCompileError(const ScriptText& text, const std::exception_ptr& exception);

}  // namespace libtorch_node::core

#pragma once

#include <exception>
#include <string>

#include "core/error.h"

namespace libtorch_node::core {

struct ErrorInfo {
  std::string code;
  ErrorKind kind = ErrorKind::kTorch;
  std::string message;
  /// The Python class of what TorchScript code raised, e.g. 'builtins.ValueError'; the place of an
  /// error of the compiler; else empty.
  std::string detail;
};

/// What a failure is, in words for JavaScript: a stable code, and LibTorch's message without C++
/// backtrace and without the folders of the machine that made the model.
ErrorInfo Describe(const std::exception_ptr& exception);

/// `message` without C++ frames, and with absolute paths of source files cut to file names.
std::string Scrub(const std::string& message);

}  // namespace libtorch_node::core

#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace libtorch_node::core {

/// Which JavaScript error class a failure becomes.
enum class ErrorKind { kTorch, kType, kRange };

/// A failure of our own: a stable code, and a message that says what was expected, what came and
/// where.
class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message, ErrorKind kind = ErrorKind::kTorch)
      : std::runtime_error(message), code_(std::move(code)), kind_(kind) {}

  const std::string& code() const { return code_; }
  ErrorKind kind() const { return kind_; }
  /// What JavaScript needs beside the message, for some codes.
  virtual std::string detail() const { return {}; }

 private:
  std::string code_;
  ErrorKind kind_;
};

}  // namespace libtorch_node::core

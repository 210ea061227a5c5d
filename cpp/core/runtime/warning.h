#pragma once

#include <c10/util/Exception.h>

#include <memory>
#include <string>

namespace libtorch_node::core {

/// Receives LibTorch's warnings, on any thread.
class WarningSink {
 public:
  virtual ~WarningSink() = default;
  /// `category` is 'UserWarning' or 'DeprecationWarning'.
  virtual void Warn(const std::string& message, const std::string& category) noexcept = 0;
};

/// LibTorch's handler is thread-local: while this lives, the calling thread's warnings go to
/// `sink`, never to stderr.
class WarningScope final : public c10::WarningHandler {
 public:
  /// With no sink, warnings are dropped.
  explicit WarningScope(std::shared_ptr<WarningSink> sink);
  ~WarningScope() override;
  WarningScope(const WarningScope&) = delete;
  WarningScope& operator=(const WarningScope&) = delete;

 private:
  friend std::shared_ptr<WarningSink> CurrentWarningSink();
  void process(const c10::Warning& warning) override;

  const std::shared_ptr<WarningSink> sink_;
  c10::WarningHandler* const previous_;
};

/// The calling thread's sink, to hand on to another thread; may be null.
std::shared_ptr<WarningSink> CurrentWarningSink();

}  // namespace libtorch_node::core

#pragma once

namespace libtorch_node::core {

/// One unit of work for a pool thread. A task that is removed before it starts is only destroyed.
class Task {
 public:
  virtual ~Task() = default;
  /// Failures are part of the task's own result: nothing may escape.
  virtual void Execute() noexcept = 0;
  /// Follows Execute on the same thread, once the gate has been left: here the result is handed on,
  /// because whoever receives it may take the gate at once (`await model.forward(x);
  /// model.train()`).
  virtual void Complete() noexcept {}
};

}  // namespace libtorch_node::core

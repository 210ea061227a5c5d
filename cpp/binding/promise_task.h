#pragma once

#include <exception>
#include <functional>
#include <memory>

#include "binding/environment.h"
#include "binding/mailbox.h"
#include "core/runtime/gate.h"
#include "core/runtime/pool.h"
#include "core/runtime/task.h"

namespace libtorch_node::binding {

/// Makes the JavaScript value of a result, on the environment's thread.
using Settle = std::function<napi_value(Environment&)>;
/// Runs on a pool thread; touches nothing of JavaScript.
using Work = std::function<Settle()>;

/// Work on a pool thread that settles a promise.
class PromiseTask final : public core::Task,
                          public Letter,
                          public std::enable_shared_from_this<PromiseTask> {
 public:
  PromiseTask(Environment& environment, Work work);

  napi_value promise() const { return promise_; }

  /// At once on the pool, or, given a gate, when that admits it.
  void Start(std::shared_ptr<core::Pool> pool, std::shared_ptr<core::Gate> gate = nullptr,
             core::Gate::Request request = {});
  /// On the environment's thread: removes queued work, lets go of running work; the promise
  /// resolves to undefined.
  void Cancel();

  void Execute() noexcept override;
  void Complete() noexcept override;
  void Deliver(Environment& environment) noexcept override;

 private:
  void Resolve(Environment& environment, napi_value value);

  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<core::WarningSink> warning_sink_;
  std::shared_ptr<core::Pool> pool_;
  std::shared_ptr<core::Gate> gate_;
  Work work_;
  Settle settle_;
  std::exception_ptr failure_;
  napi_env env_;
  napi_deferred deferred_ = nullptr;
  napi_value promise_ = nullptr;
};

/// Starts work and returns its promise.
napi_value Async(Environment& environment, std::shared_ptr<core::Pool> pool, Work work,
                 std::shared_ptr<core::Gate> gate = nullptr, core::Gate::Request request = {});

}  // namespace libtorch_node::binding

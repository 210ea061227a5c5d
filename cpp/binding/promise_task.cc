#include "binding/promise_task.h"

#include <utility>

#include "binding/error_guard.h"

namespace libtorch_node::binding {

PromiseTask::PromiseTask(Environment& environment, Work work)
    : mailbox_(environment.mailbox()),
      warning_sink_(environment.warning_sink()),
      work_(std::move(work)),
      env_(environment.env()) {
  NAPI_THROW_IF_FAILED_VOID(env_, napi_create_promise(env_, &deferred_, &promise_));
}

void PromiseTask::Start(std::shared_ptr<core::Pool> pool, std::shared_ptr<core::Gate> gate,
                        core::Gate::Request request) {
  pool_ = std::move(pool);
  gate_ = std::move(gate);
  if (gate_ != nullptr) {
    gate_->Submit(shared_from_this(), request, pool_);
  } else {
    pool_->Post(shared_from_this());
  }
  mailbox_->Expect();
}

void PromiseTask::Execute() noexcept {
  const core::WarningScope warnings(warning_sink_);
  try {
    settle_ = work_();
  } catch (...) {
    failure_ = std::current_exception();
  }
  // Inputs go before the promise settles: their memory is not the caller's to wait for.
  work_ = nullptr;
}

void PromiseTask::Complete() noexcept { mailbox_->Post(shared_from_this()); }

void PromiseTask::Cancel() {
  if (deferred_ == nullptr) return;
  Resolve(Environment::Of(env_), Napi::Env(env_).Undefined());
  // Nobody waits for it any more: the event loop need not either.
  mailbox_->Received();
  const bool removed = gate_ != nullptr ? gate_->Cancel(this) : pool_->Remove(this);
  if (removed) work_ = nullptr;
}

void PromiseTask::Resolve(Environment& environment, napi_value value) {
  napi_resolve_deferred(environment.env(), deferred_, value);
  deferred_ = nullptr;
}

void PromiseTask::Deliver(Environment& environment) noexcept {
  if (deferred_ == nullptr) return;
  mailbox_->Received();
  try {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    Resolve(environment, settle_(environment));
  } catch (...) {
    napi_value error = nullptr;
    try {
      error = ToJsError(environment, std::current_exception());
    } catch (const Napi::Error& thrown) {
      error = thrown.Value();
    }
    napi_reject_deferred(environment.env(), deferred_, error);
    deferred_ = nullptr;
  }
}

napi_value Async(Environment& environment, std::shared_ptr<core::Pool> pool, Work work,
                 std::shared_ptr<core::Gate> gate, core::Gate::Request request) {
  const auto task = std::make_shared<PromiseTask>(environment, std::move(work));
  task->Start(std::move(pool), std::move(gate), request);
  return task->promise();
}

}  // namespace libtorch_node::binding

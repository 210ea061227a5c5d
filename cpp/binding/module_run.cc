#include <memory>
#include <utility>
#include <vector>

#include "binding/autocast.h"
#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "binding/value/arguments.h"
#include "binding/value/from_ivalue.h"
#include "core/jit/trace.h"
#include "core/jit/trace_guard.h"
#include "core/module/call_inputs.h"
#include "core/module/run_request.h"
#include "core/runtime/exit.h"

namespace libtorch_node::binding {

namespace {

/// What the two native functions of one bound method share.
struct BoundMethod {
  std::shared_ptr<ModuleHandle> module;
  const core::Method* method;
  std::string name;
};

constexpr std::size_t kUsualArguments = 8;

/// The arguments of the running call, on the stack for the usual counts.
class Received {
 public:
  Received(napi_env env, napi_callback_info info) {
    std::size_t count = kUsualArguments;
    NAPI_THROW_IF_FAILED_VOID(env, napi_get_cb_info(env, info, &count, few_, nullptr, &data_));
    arguments_ = {few_, count, nullptr};
    if (count > kUsualArguments) {
      many_.resize(count);
      NAPI_THROW_IF_FAILED_VOID(
          env, napi_get_cb_info(env, info, &count, many_.data(), nullptr, nullptr));
      arguments_.positional = many_.data();
    }
  }
  const CallArguments& arguments() const { return arguments_; }
  BoundMethod& bound() const { return *static_cast<BoundMethod*>(data_); }

 private:
  napi_value few_[kUsualArguments];
  std::vector<napi_value> many_;
  void* data_ = nullptr;
  CallArguments arguments_;
};

core::RunRequest NewRequest(Environment& environment, const std::shared_ptr<core::Engine>& engine,
                            const core::Method& method, const CallArguments& arguments) {
  if (engine == nullptr) throw core::Error("ERR_DISPOSED", "the module was disposed");
  core::RunRequest request;
  request.engine = engine;
  request.method = &method;
  request.inputs = ToStack(environment, *method.schema, 1, arguments, method.name);
  return request;
}

/// On this thread, under the rules of the gate.
c10::IValue RunNow(core::RunRequest request) {
  const core::Gate::Request admission = request.engine->Admission(*request.method);
  const core::SyncRun running;
  const core::Gate::Pass pass = request.engine->gate()->Enter(admission);
  return core::Execute(std::move(request));
}

/// In a trace: the graph gets a call of the method.
napi_value RunInTrace(Environment& environment, core::Trace& trace, core::RunRequest request) {
  const auto engine = std::dynamic_pointer_cast<core::TorchScriptEngine>(request.engine);
  if (engine == nullptr) core::RefuseInTrace("a module that is not TorchScript");
  const torch::jit::Stack inputs = request.inputs;
  const core::Method& method = *request.method;
  return FromIValue(environment, trace.CallModule(engine, method, inputs, [&] {
    request.grad = core::PrepareInputs(request.inputs, core::RunPlace::kHere);
    return RunNow(std::move(request));
  }));
}

napi_value RunHere(Environment& environment, core::RunRequest request) {
  if (core::Trace* trace = core::Trace::Current()) {
    return RunInTrace(environment, *trace, std::move(request));
  }
  request.grad = core::PrepareInputs(request.inputs, core::RunPlace::kHere);
  return FromIValue(environment, RunNow(std::move(request)));
}

std::shared_ptr<PromiseTask> RunOnPool(Environment& environment, core::RunRequest request,
                                       std::shared_ptr<core::Pool> pool) {
  core::RefuseAsyncInTrace("forward() or run()");
  request.grad = core::PrepareInputs(request.inputs, core::RunPlace::kElsewhere);
  if (!request.autocast) request.autocast = core::ActiveAutocast();
  const auto engine = request.engine;
  const core::Gate::Request admission = engine->Admission(*request.method);
  const auto task = std::make_shared<PromiseTask>(
      environment, [request = std::move(request)]() mutable -> Settle {
        c10::IValue result = core::Execute(std::move(request));
        return [result = std::move(result)](Environment& settling) {
          return FromIValue(settling, result);
        };
      });
  task->Start(std::move(pool), engine->gate(), admission);
  return task;
}

napi_value CallSync(napi_env env, napi_callback_info info) {
  const Received received(env, info);
  BoundMethod& bound = received.bound();
  Environment& environment = Environment::Of(env);
  return RunHere(environment, NewRequest(environment, bound.module->engine, *bound.method,
                                         received.arguments()));
}

napi_value CallAsync(napi_env env, napi_callback_info info) {
  const Received received(env, info);
  BoundMethod& bound = received.bound();
  Environment& environment = Environment::Of(env);
  core::RunRequest request =
      NewRequest(environment, bound.module->engine, *bound.method, received.arguments());
  return RunOnPool(environment, std::move(request),
                   PoolOf(environment, nullptr, bound.module->pool))
      ->promise();
}

template <napi_value (*Function)(napi_env, napi_callback_info)>
Napi::Value BindFunction(Napi::Env env, BoundMethod bound) {
  auto holder = std::make_unique<BoundMethod>(std::move(bound));
  napi_value function = nullptr;
  NAPI_THROW_IF_FAILED(env,
                       napi_create_function(env, holder->name.c_str(), NAPI_AUTO_LENGTH,
                                            GuardedRaw<Function>, holder.get(), &function),
                       Napi::Value());
  NAPI_THROW_IF_FAILED(
      env,
      napi_add_finalizer(
          env, function, holder.get(),
          [](napi_env, void* data, void*) { delete static_cast<BoundMethod*>(data); }, nullptr,
          nullptr),
      Napi::Value());
  holder.release();
  return Napi::Value(env, function);
}

Napi::Value Bind(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto module = RequireModule(environment, info[0]);
  const std::string name = StringOf(info.Env(), info[1]);
  const core::Method& method = module->engine->FindMethod(name);
  Napi::Object bound = Napi::Object::New(info.Env());
  bound.Set("sync", BindFunction<CallSync>(info.Env(), {module, &method, name}));
  bound.Set("async", BindFunction<CallAsync>(info.Env(), {module, &method, name}));
  return bound;
}

struct Call {
  core::RunRequest request;
  std::shared_ptr<core::Pool> pool;
};

/// The lite interpreter knows positions alone.
void RefuseKeywords(napi_env env, const core::Method& method, const CallArguments& arguments) {
  if (arguments.kwargs == nullptr) return;
  std::string names;
  for (const std::string& name : KeywordNames(env, arguments.kwargs)) {
    names += (names.empty() ? "" : ", ") + name;
  }
  if (names.empty()) return;
  throw core::Error("ERR_UNSUPPORTED_FORMAT",
                    method.name + ": the lite interpreter takes no keyword arguments, got " +
                        names + ": give them by position");
}

/// The arguments of `run` and `runSync`: module, method, args, { kwargs, pool, autocast }.
Call ReadCall(Environment& environment, const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  const auto module = RequireModule(environment, info[0]);
  const core::Method& method = module->engine->FindMethod(StringOf(env, info[1]));
  uint32_t count = 0;
  NAPI_THROW_IF_FAILED(env, napi_get_array_length(env, info[2], &count), Call{});
  std::vector<napi_value> positional(count);
  for (uint32_t i = 0; i < count; ++i) {
    NAPI_THROW_IF_FAILED(env, napi_get_element(env, info[2], i, &positional[i]), Call{});
  }
  const Napi::Object options = info[3].As<Napi::Object>();
  const Napi::Value kwargs = options.Get("kwargs");
  const CallArguments arguments{positional.data(), count,
                                kwargs.IsObject() ? static_cast<napi_value>(kwargs) : nullptr};
  if (module->engine->format() == core::Format::kLite) RefuseKeywords(env, method, arguments);
  Call call{NewRequest(environment, module->engine, method, arguments),
            PoolOf(environment, options.Get("pool"), module->pool)};
  const Napi::Value autocast = options.Get("autocast");
  if (autocast.IsObject()) call.request.autocast = ReadAutocast(autocast.As<Napi::Object>());
  return call;
}

Napi::Value RunSync(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  return Napi::Value(info.Env(),
                     RunHere(environment, std::move(ReadCall(environment, info).request)));
}

Napi::Value CancelRun(const Napi::CallbackInfo& info) {
  if (const auto task = static_cast<std::weak_ptr<PromiseTask>*>(info.Data())->lock()) {
    task->Cancel();
  }
  return info.Env().Undefined();
}

Napi::Value Run(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  Environment& environment = Environment::Of(env);
  Call call = ReadCall(environment, info);
  const auto task = RunOnPool(environment, std::move(call.request), std::move(call.pool));
  auto holder = std::make_unique<std::weak_ptr<PromiseTask>>(task);
  napi_value cancel = nullptr;
  NAPI_THROW_IF_FAILED(env,
                       napi_create_function(env, "cancel", NAPI_AUTO_LENGTH, Guarded<CancelRun>,
                                            holder.get(), &cancel),
                       Napi::Value());
  NAPI_THROW_IF_FAILED(env,
                       napi_add_finalizer(
                           env, cancel, holder.get(),
                           [](napi_env, void* data, void*) {
                             delete static_cast<std::weak_ptr<PromiseTask>*>(data);
                           },
                           nullptr, nullptr),
                       Napi::Value());
  holder.release();
  Napi::Object run = Napi::Object::New(env);
  run.Set("promise", Napi::Value(env, task->promise()));
  run.Set("cancel", Napi::Value(env, cancel));
  return run;
}

}  // namespace

void InitModuleRun(Napi::Env, Napi::Object room) {
  Define<Bind>(room, "bind");
  Define<Run>(room, "run");
  Define<RunSync>(room, "runSync");
}

}  // namespace libtorch_node::binding

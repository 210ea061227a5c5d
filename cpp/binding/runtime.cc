#include "binding/runtime.h"

#include <cmath>

#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "core/runtime/backends.h"
#include "core/runtime/exit.h"

namespace libtorch_node::binding {

namespace {

int CountOf(const Napi::Value& value, const char* name, int least) {
  const double count = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(count >= least && count <= 1024 && std::trunc(count) == count)) {
    throw core::Error("ERR_OUT_OF_RANGE",
                      std::string(name) + ": expected an integer from " + std::to_string(least) +
                          " to 1024, got " + DescribeValue(value.Env(), value),
                      core::ErrorKind::kRange);
  }
  return static_cast<int>(count);
}

core::PoolOptions ReadOptions(const Napi::CallbackInfo& info) {
  const Napi::Object options = info[0].As<Napi::Object>();
  return {CountOf(options.Get("threads"), "threads", 0),
          CountOf(options.Get("intraOpThreads"), "intraOpThreads", 0)};
}

Napi::Value CreatePool(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  return Napi::Value(info.Env(), NewHandle(environment, core::Pool::Create(ReadOptions(info))));
}

Napi::Value ClosePool(const Napi::CallbackInfo& info) {
  RequireHandleOf<core::Pool>(Environment::Of(info.Env()), info[0])->Close();
  return info.Env().Undefined();
}

Napi::Value PoolInfo(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const core::PoolInfo state = info[0].IsNull()
                                   ? core::Pool::DefaultInfo()
                                   : RequireHandleOf<core::Pool>(environment, info[0])->Info();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("threads", state.threads);
  result.Set("intraOpThreads", state.intra_op_threads);
  result.Set("queued", static_cast<double>(state.queued));
  result.Set("running", static_cast<double>(state.running));
  return result;
}

Napi::Value Configure(const Napi::CallbackInfo& info) {
  core::Pool::ConfigureDefault(ReadOptions(info));
  return info.Env().Undefined();
}

Napi::Value SetNumThreads(const Napi::CallbackInfo& info) {
  core::SetNumThreads(CountOf(info[0], "count", 1));
  return info.Env().Undefined();
}

Napi::Array FromStrings(Napi::Env env, const std::vector<std::string>& strings) {
  Napi::Array result = Napi::Array::New(env, strings.size());
  for (uint32_t i = 0; i < strings.size(); ++i) result.Set(i, strings[i]);
  return result;
}

Napi::Value Backends(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const core::Backends backends = core::DescribeBackends();
  Napi::Object result = Napi::Object::New(env);
  result.Set("version", backends.version);
  result.Set("devices", FromStrings(env, backends.devices));
  result.Set("quantizedEngines", FromStrings(env, backends.quantized_engines));
  result.Set("quantizedEngine", backends.quantized_engine);
  result.Set("mkldnn", backends.mkldnn);
  result.Set("mkl", backends.mkl);
  result.Set("openmp", backends.openmp);
  result.Set("cpuCapability", backends.cpu_capability);
  result.Set("intraOpThreads", backends.intra_op_threads);
  result.Set("interOpThreads", backends.inter_op_threads);
  result.Set("config", backends.config);
  return result;
}

Napi::Value ManualSeed(const Napi::CallbackInfo& info) {
  const Napi::Value seed = info[0];
  int64_t value = 0;
  bool lossless = true;
  if (seed.IsBigInt()) {
    value = seed.As<Napi::BigInt>().Int64Value(&lossless);
    if (!lossless) value = static_cast<int64_t>(seed.As<Napi::BigInt>().Uint64Value(&lossless));
  } else {
    const double number = seed.IsNumber() ? seed.As<Napi::Number>().DoubleValue() : NAN;
    lossless = std::abs(number) <= 9007199254740991.0 && std::trunc(number) == number;
    if (lossless) value = static_cast<int64_t>(number);
  }
  if (!lossless) {
    throw core::Error(
        "ERR_OUT_OF_RANGE",
        "seed: expected an integer of 64 bits, got " + DescribeValue(info.Env(), seed),
        core::ErrorKind::kRange);
  }
  core::ManualSeed(static_cast<uint64_t>(value));
  return info.Env().Undefined();
}

Napi::Value LimitExit(const Napi::CallbackInfo& info) {
  if (Environment::Count() > 1) core::LimitExit(info[0].ToNumber().Int32Value());
  return info.Env().Undefined();
}

}  // namespace

void InitRuntime(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<CreatePool>(room, "createPool");
  Define<ClosePool>(room, "closePool");
  Define<PoolInfo>(room, "poolInfo");
  Define<Configure>(room, "configure");
  Define<SetNumThreads>(room, "setNumThreads");
  Define<Backends>(room, "backends");
  Define<LimitExit>(room, "limitExit");
  Define<ManualSeed>(room, "manualSeed");
  exports.Set("runtime", room);
}

}  // namespace libtorch_node::binding

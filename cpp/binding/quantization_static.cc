#include <memory>
#include <string>
#include <utility>

#include "binding/quantization.h"
#include "core/jit/inlined_frames.h"
#include "core/quantization/engine.h"
#include "core/quantization/static.h"

namespace libtorch_node::binding {

template <>
struct HandleKind<core::ObservedModule> {
  static constexpr const char* kName = "an observed module";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x6f62736572766564};
};

namespace {

using core::ObservedModule;
using core::PreparedModule;
using Engine = std::shared_ptr<core::TorchScriptEngine>;

core::Observers ReadObservers(const std::string& name) {
  if (name == "minmax") return core::Observers::kMinMax;
  if (name == "perChannelMinMax") return core::Observers::kPerChannelMinMax;
  return core::Observers::kHistogram;
}

/// The layers' names, the engine's, the observers', and the folder of their archives.
core::ObserveOptions ReadOptions(const Napi::CallbackInfo& info) {
  core::ObserveOptions options;
  options.layers = ReadLayerNames(info[1]);
  options.engine = info[2].IsString()
                       ? core::RequireEngine(info[2].ToString().Utf8Value(), "quantizeStatic")
                       : core::CurrentEngine();
  options.observers = ReadObservers(info[3].ToString().Utf8Value());
  options.folder = info[4].ToString().Utf8Value();
  return options;
}

struct Observation {
  std::shared_ptr<ObservedModule> observed;
  /// What calibration runs.
  Engine engine;
};

Observation StartObserving(const PreparedModule& prepared, const core::ObserveOptions& options) {
  auto observed = std::make_shared<ObservedModule>(core::Observe(prepared, options));
  core::OwnInlinedFrames(observed->prepared.module);
  auto engine = std::make_shared<core::TorchScriptEngine>(observed->prepared.module,
                                                          core::ExecutorMode::kOff);
  return {std::move(observed), std::move(engine)};
}

napi_value FromObservation(Environment& environment, const Observation& observation) {
  const Napi::Env env = environment.env();
  auto module = std::make_shared<ModuleHandle>(
      ModuleHandle{observation.engine, observation.observed->prepared.pool});
  Napi::Object object = Napi::Object::New(env);
  object.Set("observed", Napi::Value(env, NewHandle(environment, observation.observed)));
  object.Set("module", Napi::Value(env, NewHandle(environment, std::move(module))));
  return object;
}

Napi::Value ObserveOnPool(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto prepared = RequireHandleOf<PreparedModule>(environment, info[0]);
  Work work = [prepared, options = ReadOptions(info)]() -> Settle {
    return [observation = StartObserving(*prepared, options)](Environment& settling) {
      return FromObservation(settling, observation);
    };
  };
  return Napi::Value(info.Env(), Async(environment, PoolOf(environment, nullptr, prepared->pool),
                                       std::move(work)));
}

Napi::Value ObserveHere(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto prepared = RequireHandleOf<PreparedModule>(environment, info[0]);
  return Napi::Value(info.Env(),
                     FromObservation(environment, StartObserving(*prepared, ReadOptions(info))));
}

struct Converted {
  core::QuantizationResult result;
  Engine engine;
};

Converted Convert(ObservedModule& observed) {
  core::QuantizationResult result = core::ConvertObserved(observed);
  core::OwnInlinedFrames(result.module);
  auto engine =
      std::make_shared<core::TorchScriptEngine>(result.module, observed.prepared.executor);
  return {std::move(result), std::move(engine)};
}

Napi::Value ConvertOnPool(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto observed = RequireHandleOf<ObservedModule>(environment, info[0]);
  const auto pool = observed->prepared.pool;
  Work work = [observed, pool]() -> Settle {
    return [converted = Convert(*observed), pool](Environment& settling) {
      return FromQuantization(settling, converted.result, converted.engine, pool);
    };
  };
  return Napi::Value(info.Env(),
                     Async(environment, PoolOf(environment, nullptr, pool), std::move(work)));
}

Napi::Value ConvertHere(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto observed = RequireHandleOf<ObservedModule>(environment, info[0]);
  const Converted converted = Convert(*observed);
  return Napi::Value(info.Env(), FromQuantization(environment, converted.result, converted.engine,
                                                  observed->prepared.pool));
}

}  // namespace

void InitQuantizationStatic(Napi::Env, Napi::Object room) {
  Define<ObserveOnPool>(room, "observe");
  Define<ObserveHere>(room, "observeSync");
  Define<ConvertOnPool>(room, "convertObserved");
  Define<ConvertHere>(room, "convertObservedSync");
}

}  // namespace libtorch_node::binding

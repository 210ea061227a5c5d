#include <memory>
#include <string>
#include <utility>

#include "binding/quantization.h"
#include "core/jit/inlined_frames.h"
#include "core/jit/trace_guard.h"
#include "core/quantization/engine.h"
#include "core/quantization/fake_quantize.h"
#include "core/quantization/qat.h"

namespace libtorch_node::binding {

namespace {

using core::Gate;
using Engine = std::shared_ptr<core::TorchScriptEngine>;

at::QEngine ReadEngineOr(const Napi::Value& value, const char* callee) {
  return value.IsString() ? core::RequireEngine(value.ToString().Utf8Value(), callee)
                          : core::CurrentEngine();
}

/// The layers' names, the engine's, and the folder of the FakeQuantize modules.
Rewrite ReadPrepareQat(const Napi::CallbackInfo& info) {
  core::ObserveOptions options;
  options.layers = ReadLayerNames(info[1]);
  options.engine = ReadEngineOr(info[2], "prepareQat");
  options.folder = info[3].ToString().Utf8Value();
  return [options](core::PreparedModule& prepared) {
    return core::QuantizationResult{core::PrepareQat(prepared, options), {}, {}};
  };
}

struct Converted {
  core::QuantizationResult result;
  Engine engine;
};

Converted ConvertEngine(const Engine& trained, at::QEngine qengine) {
  core::QuantizationResult result = core::ConvertQat(trained->module(), qengine);
  core::OwnInlinedFrames(result.module);
  auto engine = std::make_shared<core::TorchScriptEngine>(result.module, trained->executor());
  return {std::move(result), std::move(engine)};
}

Napi::Value ConvertOnPool(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine trained = RequireTorchScript(environment, info[0]);
  const auto own = RequireModule(environment, info[0])->pool;
  Work work = [trained, own, qengine = ReadEngineOr(info[1], "convert")]() -> Settle {
    return [converted = ConvertEngine(trained, qengine), own](Environment& settling) {
      return FromQuantization(settling, converted.result, converted.engine, own);
    };
  };
  return Napi::Value(info.Env(), Async(environment, PoolOf(environment, nullptr, own),
                                       std::move(work), trained->gate(), trained->WholeRequest()));
}

Napi::Value ConvertHere(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine trained = RequireTorchScript(environment, info[0]);
  const at::QEngine qengine = ReadEngineOr(info[1], "convert");
  const Gate::Pass pass = trained->gate()->Enter(trained->WholeRequest());
  const Converted converted = ConvertEngine(trained, qengine);
  return Napi::Value(info.Env(), FromQuantization(environment, converted.result, converted.engine,
                                                  RequireModule(environment, info[0])->pool));
}

template <core::FakeQuantizePart Part>
Napi::Value Enable(const Napi::CallbackInfo& info) {
  const Engine engine = RequireTorchScript(Environment::Of(info.Env()), info[0]);
  core::RefuseInTrace("what changes a module");
  const auto pass = engine->gate()->TryEnter({Gate::Access::kExclusive, Gate::kNoLane});
  if (!pass) {
    throw core::Error("ERR_MODULE_BUSY", "the module is in use by runs in flight: await them");
  }
  core::EnableFakeQuantize(engine->module(), Part, info[1].ToBoolean());
  return info.Env().Undefined();
}

}  // namespace

void InitQuantizationQat(Napi::Env, Napi::Object room) {
  Define<RewriteOnPool<ReadPrepareQat>>(room, "prepareQat");
  Define<RewriteHere<ReadPrepareQat>>(room, "prepareQatSync");
  Define<ConvertOnPool>(room, "convert");
  Define<ConvertHere>(room, "convertSync");
  Define<Enable<core::FakeQuantizePart::kObserver>>(room, "enableObserver");
  Define<Enable<core::FakeQuantizePart::kFakeQuant>>(room, "enableFakeQuant");
}

}  // namespace libtorch_node::binding

#include "binding/quantization.h"

#include "core/jit/inlined_frames.h"

namespace libtorch_node::binding {

namespace {

using core::PreparedModule;
using Prepared = std::shared_ptr<PreparedModule>;
using Engine = std::shared_ptr<core::TorchScriptEngine>;

Prepared Prepare(const Engine& engine, const std::shared_ptr<core::Pool>& pool,
                 const std::string& callee) {
  auto module = core::PrepareForQuantization(engine->module(), callee.c_str());
  auto layers = core::QuantizableLayers(module);
  return std::make_shared<PreparedModule>(
      PreparedModule{std::move(module), std::move(layers), engine->executor(), pool});
}

template <typename Layer>
Napi::Object FromLayer(Napi::Env env, const Layer& layer) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", layer.name);
  object.Set("kind", layer.kind);
  return object;
}

napi_value FromPrepared(Environment& environment, const Prepared& prepared) {
  const Napi::Env env = environment.env();
  Napi::Array layers = Napi::Array::New(env, prepared->layers.size());
  for (uint32_t i = 0; i < layers.Length(); ++i) {
    layers.Set(i, FromLayer(env, prepared->layers[i]));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("prepared", Napi::Value(env, NewHandle(environment, prepared)));
  result.Set("layers", layers);
  return result;
}

Napi::Value PrepareOnPool(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  const auto own = RequireModule(environment, info[0])->pool;
  Work work = [engine, own, callee = info[1].ToString().Utf8Value()]() -> Settle {
    return [prepared = Prepare(engine, own, callee)](Environment& settling) {
      return FromPrepared(settling, prepared);
    };
  };
  return Napi::Value(info.Env(), Async(environment, PoolOf(environment, nullptr, own),
                                       std::move(work), engine->gate(), engine->WholeRequest()));
}

Napi::Value PrepareHere(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  const core::Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  const auto own = RequireModule(environment, info[0])->pool;
  const Prepared prepared = Prepare(engine, own, info[1].ToString().Utf8Value());
  return Napi::Value(info.Env(), FromPrepared(environment, prepared));
}

/// Its weights would else wait for the garbage collector, to which the handle is nothing.
Napi::Value Release(const Napi::CallbackInfo& info) {
  RequireHandleOf<PreparedModule>(Environment::Of(info.Env()), info[0])->module = {};
  return info.Env().Undefined();
}

}  // namespace

std::vector<std::string> ReadLayerNames(const Napi::Value& value) {
  std::vector<std::string> names;
  const Napi::Array array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    names.push_back(array.Get(i).ToString().Utf8Value());
  }
  return names;
}

napi_value FromQuantization(Environment& environment, const core::QuantizationResult& result,
                            std::shared_ptr<core::TorchScriptEngine> engine,
                            const std::shared_ptr<core::Pool>& pool) {
  const Napi::Env env = environment.env();
  Napi::Array quantized = Napi::Array::New(env, result.quantized.size());
  for (uint32_t i = 0; i < quantized.Length(); ++i) {
    Napi::Object layer = FromLayer(env, result.quantized[i]);
    layer.Set("dtype", result.quantized[i].dtype);
    quantized.Set(i, layer);
  }
  Napi::Array skipped = Napi::Array::New(env, result.skipped.size());
  for (uint32_t i = 0; i < skipped.Length(); ++i) {
    Napi::Object layer = FromLayer(env, result.skipped[i]);
    layer.Set("reason", result.skipped[i].reason);
    skipped.Set(i, layer);
  }
  auto handle = std::make_shared<ModuleHandle>(ModuleHandle{std::move(engine), pool});
  Napi::Object object = Napi::Object::New(env);
  object.Set("module", Napi::Value(env, NewHandle(environment, std::move(handle))));
  object.Set("quantized", quantized);
  object.Set("skipped", skipped);
  return object;
}

Napi::Value RewriteOnPool(const Napi::CallbackInfo& info, Rewrite rewrite) {
  Environment& environment = Environment::Of(info.Env());
  const Prepared prepared = RequireHandleOf<PreparedModule>(environment, info[0]);
  Work work = [prepared, rewrite = std::move(rewrite)]() -> Settle {
    const core::QuantizationResult result = rewrite(*prepared);
    core::OwnInlinedFrames(result.module);
    const auto engine =
        std::make_shared<core::TorchScriptEngine>(result.module, prepared->executor);
    return [result, engine, pool = prepared->pool](Environment& settling) {
      return FromQuantization(settling, result, engine, pool);
    };
  };
  return Napi::Value(info.Env(), Async(environment, PoolOf(environment, nullptr, prepared->pool),
                                       std::move(work)));
}

Napi::Value RewriteHere(const Napi::CallbackInfo& info, const Rewrite& rewrite) {
  Environment& environment = Environment::Of(info.Env());
  const Prepared prepared = RequireHandleOf<PreparedModule>(environment, info[0]);
  const core::QuantizationResult result = rewrite(*prepared);
  core::OwnInlinedFrames(result.module);
  auto engine = std::make_shared<core::TorchScriptEngine>(result.module, prepared->executor);
  return Napi::Value(info.Env(),
                     FromQuantization(environment, result, std::move(engine), prepared->pool));
}

void InitQuantization(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<PrepareOnPool>(room, "prepare");
  Define<PrepareHere>(room, "prepareSync");
  Define<Release>(room, "release");
  InitQuantizationWeights(env, room);
  InitQuantizationDynamic(env, room);
  InitQuantizationEngine(env, room);
  InitQuantizationQat(env, room);
  InitQuantizationStatic(env, room);
  exports.Set("quantization", room);
}

}  // namespace libtorch_node::binding

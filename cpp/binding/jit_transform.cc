#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/jit.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "core/jit/freeze.h"
#include "core/jit/split.h"
#include "core/mobile/optimize_for_mobile.h"

namespace libtorch_node::binding {

namespace {

using Engine = std::shared_ptr<core::TorchScriptEngine>;
using Engines = std::vector<Engine>;
/// Reads the module, and makes others.
using Transform = std::function<Engines(const Engine&)>;

std::vector<std::string> ReadNames(const Napi::Value& value) {
  std::vector<std::string> names;
  const Napi::Array array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    names.push_back(array.Get(i).ToString().Utf8Value());
  }
  return names;
}

Engines One(const Engine& like, torch::jit::Module module) {
  return {std::make_shared<core::TorchScriptEngine>(std::move(module), like->executor())};
}

Transform ReadFreeze(const Napi::CallbackInfo& info) {
  return
      [names = ReadNames(info[1]), numerics = info[2].ToBoolean().Value()](const Engine& engine) {
        return One(engine, core::Freeze(engine->module(), names, numerics));
      };
}

Transform ReadOptimize(const Napi::CallbackInfo& info) {
  return [methods = ReadNames(info[1])](const Engine& engine) {
    return One(engine, core::OptimizeForInference(engine->module(), methods));
  };
}

Transform ReadOptimizeForMobile(const Napi::CallbackInfo& info) {
  core::MobileOptions options;
  options.preserved = ReadNames(info[1]);
  for (const std::string& name : ReadNames(info[2])) {
    if (name == "convBnFusion") options.fold_batch_norms = false;
    if (name == "insertFoldPrepackOps") options.prepack = false;
    if (name == "removeDropout") options.remove_dropout = false;
    if (name == "fuseAddRelu") options.fuse_add_relu = false;
    if (name == "conv1dTo2d") options.conv1d_to_2d = false;
  }
  return [options](const Engine& engine) {
    return One(engine, core::OptimizeForMobile(engine->module(), options));
  };
}

Transform ReadSplit(const Napi::CallbackInfo& info) {
  core::SplitPoint point = info[1].ToString().Utf8Value();
  if (info[1].IsNumber()) point = info[1].As<Napi::Number>().Int64Value();
  return [point](const Engine& engine) -> Engines {
    core::SplitParts parts = core::Split(engine->module(), point);
    return {engine->Part(std::move(parts.head)), engine->Part(std::move(parts.tail))};
  };
}

napi_value FromEngines(Environment& environment, const Engines& engines,
                       const std::shared_ptr<core::Pool>& pool) {
  Napi::Array handles = Napi::Array::New(environment.env(), engines.size());
  for (uint32_t i = 0; i < engines.size(); ++i) {
    auto handle = std::make_shared<ModuleHandle>(ModuleHandle{engines[i], pool});
    handles.Set(i, Napi::Value(environment.env(), NewHandle(environment, std::move(handle))));
  }
  return handles;
}

template <Transform (*Read)(const Napi::CallbackInfo&)>
Napi::Value OnPool(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  const auto own = RequireModule(environment, info[0])->pool;
  Work work = [engine, own, transform = Read(info)]() -> Settle {
    return [engines = transform(engine), own](Environment& settling) {
      return FromEngines(settling, engines, own);
    };
  };
  return Napi::Value(info.Env(), Async(environment, PoolOf(environment, nullptr, own),
                                       std::move(work), engine->gate(), engine->WholeRequest()));
}

template <Transform (*Read)(const Napi::CallbackInfo&)>
Napi::Value Here(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  const Transform transform = Read(info);
  const core::Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return Napi::Value(info.Env(), FromEngines(environment, transform(engine),
                                             RequireModule(environment, info[0])->pool));
}

}  // namespace

void InitJitTransform(Napi::Env, Napi::Object room) {
  Define<OnPool<ReadFreeze>>(room, "freeze");
  Define<Here<ReadFreeze>>(room, "freezeSync");
  Define<OnPool<ReadOptimize>>(room, "optimizeForInference");
  Define<Here<ReadOptimize>>(room, "optimizeForInferenceSync");
  Define<OnPool<ReadOptimizeForMobile>>(room, "optimizeForMobile");
  Define<Here<ReadOptimizeForMobile>>(room, "optimizeForMobileSync");
  Define<OnPool<ReadSplit>>(room, "split");
  Define<Here<ReadSplit>>(room, "splitSync");
}

}  // namespace libtorch_node::binding

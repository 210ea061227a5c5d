#include <memory>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "binding/pruning.h"
#include "core/pruning/shrink.h"

namespace libtorch_node::binding {

namespace {

using Engine = std::shared_ptr<core::TorchScriptEngine>;
using Pool = std::shared_ptr<core::Pool>;

struct Shrunk {
  core::ShrinkResult result;
  Engine engine;
};

Shrunk Make(const Engine& source) {
  core::ShrinkResult result = core::Shrink(source->module());
  auto engine = std::make_shared<core::TorchScriptEngine>(result.module, source->executor());
  return {std::move(result), std::move(engine)};
}

napi_value FromShrunk(Environment& environment, const Shrunk& made, const Pool& pool) {
  const Napi::Env env = environment.env();
  Napi::Array layers = Napi::Array::New(env, made.result.shrunk.size());
  for (uint32_t i = 0; i < layers.Length(); ++i) {
    const core::ShrunkLayer& layer = made.result.shrunk[i];
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", layer.name);
    entry.Set("before", static_cast<double>(layer.before));
    entry.Set("after", static_cast<double>(layer.after));
    layers.Set(i, entry);
  }
  Napi::Array kept = Napi::Array::New(env, made.result.kept.size());
  for (uint32_t i = 0; i < kept.Length(); ++i) {
    const core::KeptChannels& channels = made.result.kept[i];
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", channels.name);
    entry.Set("channels", static_cast<double>(channels.channels));
    entry.Set("reason", channels.reason);
    kept.Set(i, entry);
  }
  auto handle = std::make_shared<ModuleHandle>(ModuleHandle{made.engine, pool});
  Napi::Object object = Napi::Object::New(env);
  object.Set("module", Napi::Value(env, NewHandle(environment, std::move(handle))));
  object.Set("shrunk", layers);
  object.Set("kept", kept);
  return object;
}

Napi::Value Shrink(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  const Pool pool = RequireModule(environment, info[0])->pool;
  Work work = [engine, pool]() -> Settle {
    return [made = Make(engine), pool](Environment& settling) {
      return FromShrunk(settling, made, pool);
    };
  };
  return Napi::Value(info.Env(), Async(environment, PoolOf(environment, nullptr, pool),
                                       std::move(work), engine->gate(), engine->WholeRequest()));
}

Napi::Value ShrinkSync(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  const core::Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return Napi::Value(
      info.Env(), FromShrunk(environment, Make(engine), RequireModule(environment, info[0])->pool));
}

napi_value FromChannels(Environment& environment, const std::vector<core::LayerChannels>& all) {
  const Napi::Env env = environment.env();
  Napi::Array result = Napi::Array::New(env, all.size());
  for (uint32_t i = 0; i < all.size(); ++i) {
    Napi::Array others = Napi::Array::New(env, all[i].others.size());
    for (uint32_t j = 0; j < others.Length(); ++j) others.Set(j, all[i].others[j]);
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", all[i].name);
    entry.Set("channels", static_cast<double>(all[i].channels));
    entry.Set("weight", all[i].weight);
    entry.Set("others", others);
    entry.Set("blocked", all[i].blocked);
    result.Set(i, entry);
  }
  return result;
}

Napi::Value Channels(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = RequireTorchScript(environment, info[0]);
  Work work = [engine]() -> Settle {
    return [all = core::ChannelsOf(engine->module())](Environment& settling) {
      return FromChannels(settling, all);
    };
  };
  const Pool pool = PoolOf(environment, nullptr, RequireModule(environment, info[0])->pool);
  return Napi::Value(info.Env(), Async(environment, pool, std::move(work), engine->gate(),
                                       engine->WholeRequest()));
}

}  // namespace

void InitPruningShrink(Napi::Env, Napi::Object room) {
  Define<Shrink>(room, "shrink");
  Define<ShrinkSync>(room, "shrinkSync");
  Define<Channels>(room, "channels");
}

}  // namespace libtorch_node::binding

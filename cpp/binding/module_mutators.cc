#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/module_files.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/names.h"
#include "binding/value/to_ivalue.h"
#include "core/jit/trace_guard.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::binding {

namespace {

using core::Gate;
using Engine = std::shared_ptr<core::TorchScriptEngine>;
using StateDict = std::vector<std::pair<std::string, at::Tensor>>;

constexpr Gate::Request kAlone{Gate::Access::kExclusive, Gate::kNoLane};

Napi::Value OnPool(const Napi::CallbackInfo& info, const Engine& engine, Gate::Request request,
                   Work work) {
  Environment& environment = Environment::Of(info.Env());
  const auto pool = PoolOf(environment, nullptr, RequireModule(environment, info[0])->pool);
  return Napi::Value(info.Env(),
                     Async(environment, pool, std::move(work), engine->gate(), request));
}

Settle Nothing() {
  return [](Environment& settling) -> napi_value { return Napi::Env(settling.env()).Undefined(); };
}

Engine EngineOf(const Napi::CallbackInfo& info) {
  return RequireTorchScript(Environment::Of(info.Env()), info[0]);
}

Napi::Value SetAttribute(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = EngineOf(info);
  const std::string name = info[1].ToString().Utf8Value();
  const std::string callee = "setAttribute";
  const Place place(callee);
  c10::TypePtr type;
  {
    const Gate::Pass reading = EnterAlone(engine);
    type = engine->AttributeType(name);
  }
  c10::IValue value = ToIValue(environment, info[2], type, Place(place, name));
  const Gate::Pass pass = EnterAlone(engine);
  engine->SetAttribute(name, std::move(value));
  return info.Env().Undefined();
}

Napi::Value Train(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const Gate::Pass pass = EnterAlone(engine);
  engine->Train(info[1].ToBoolean());
  return info.Env().Undefined();
}

StateDict ReadEntries(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Napi::Array entries = info[1].As<Napi::Array>();
  StateDict result;
  for (uint32_t i = 0; i < entries.Length(); ++i) {
    const Napi::Array entry = entries.Get(i).As<Napi::Array>();
    result.emplace_back(entry.Get(0U).ToString().Utf8Value(),
                        RequireTensor(environment, entry.Get(1U)));
  }
  return result;
}

Napi::Value LoadStateDict(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  StateDict entries = ReadEntries(info);
  for (auto& [name, tensor] : entries) tensor = core::PinnedAlias(tensor);
  return OnPool(info, engine, kAlone, [engine, entries = std::move(entries)]() -> Settle {
    engine->LoadStateDict(entries);
    return Nothing();
  });
}

Napi::Value LoadStateDictSync(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const StateDict entries = ReadEntries(info);
  const Gate::Pass pass = EnterAlone(engine);
  engine->LoadStateDict(entries);
  return info.Env().Undefined();
}

struct Target {
  std::optional<c10::Device> device;
  std::optional<c10::ScalarType> dtype;
  bool non_blocking;
};

Target ReadTarget(const Napi::CallbackInfo& info) {
  Target target{std::nullopt, std::nullopt, info[3].ToBoolean()};
  if (info[1].IsString()) target.device = DeviceOf(info[1].ToString().Utf8Value());
  if (info[2].IsString()) target.dtype = DTypeOf(info[2].ToString().Utf8Value());
  return target;
}

Napi::Value To(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  return OnPool(info, engine, kAlone, [engine, target = ReadTarget(info)]() -> Settle {
    engine->To(target.device, target.dtype, target.non_blocking);
    return Nothing();
  });
}

Napi::Value ToSync(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const Target target = ReadTarget(info);
  const Gate::Pass pass = EnterAlone(engine);
  engine->To(target.device, target.dtype, target.non_blocking);
  return info.Env().Undefined();
}

napi_value NewModule(Environment& environment, std::shared_ptr<core::Engine> engine,
                     std::shared_ptr<core::Pool> pool) {
  return NewHandle(environment, std::make_shared<ModuleHandle>(
                                    ModuleHandle{std::move(engine), std::move(pool)}));
}

Napi::Value Clone(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const auto pool = RequireModule(Environment::Of(info.Env()), info[0])->pool;
  return OnPool(info, engine, engine->WholeRequest(), [engine, pool]() -> Settle {
    return [copy = engine->Clone(), pool](Environment& settling) {
      return NewModule(settling, copy, pool);
    };
  });
}

Napi::Value CloneSync(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Engine engine = EngineOf(info);
  const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return Napi::Value(info.Env(), NewModule(environment, engine->Clone(),
                                           RequireModule(environment, info[0])->pool));
}

Napi::Value Save(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  return OnPool(
      info, engine, engine->WholeRequest(),
      [engine, path = info[1].ToString().Utf8Value(), files = ReadExtraFiles(info[2])]() -> Settle {
        engine->Save(path, files);
        return Nothing();
      });
}

Napi::Value SaveSync(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  engine->Save(info[1].ToString().Utf8Value(), ReadExtraFiles(info[2]));
  return info.Env().Undefined();
}

Napi::Value ToBytes(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  return OnPool(info, engine, engine->WholeRequest(),
                [engine, files = ReadExtraFiles(info[1])]() -> Settle {
                  return [bytes = engine->ToBytes(files)](Environment& settling) {
                    return FromBytes(settling, bytes);
                  };
                });
}

Napi::Value ToBytesSync(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return Napi::Value(
      info.Env(), FromBytes(Environment::Of(info.Env()), engine->ToBytes(ReadExtraFiles(info[1]))));
}

}  // namespace

core::Gate::Pass EnterAlone(const Engine& engine) {
  core::RefuseInTrace("what changes a module");
  auto pass = engine->gate()->TryEnter(kAlone);
  if (!pass) {
    throw core::Error("ERR_MODULE_BUSY",
                      "the module is in use by runs in flight: await them, or use the asynchronous "
                      "form, which waits its turn");
  }
  return std::move(*pass);
}

void InitModuleMutators(Napi::Env, Napi::Object room) {
  Define<SetAttribute>(room, "setAttribute");
  Define<Train>(room, "train");
  Define<LoadStateDict>(room, "loadStateDict");
  Define<LoadStateDictSync>(room, "loadStateDictSync");
  Define<To>(room, "to");
  Define<ToSync>(room, "toSync");
  Define<Clone>(room, "clone");
  Define<CloneSync>(room, "cloneSync");
  Define<Save>(room, "save");
  Define<SaveSync>(room, "saveSync");
  Define<ToBytes>(room, "toBytes");
  Define<ToBytesSync>(room, "toBytesSync");
}

}  // namespace libtorch_node::binding

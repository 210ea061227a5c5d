#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/custom_class.h>

#include "binding/error_guard.h"
#include "binding/module_files.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/arguments.h"
#include "binding/value/from_ivalue.h"
#include "core/module/lite_backport.h"
#include "core/module/lite_engine.h"
#include "core/module/lite_load.h"
#include "core/module/lite_save.h"

namespace libtorch_node::binding {

namespace {

using core::Gate;

std::shared_ptr<core::LiteEngine> RequireLite(Environment& environment, napi_value value) {
  auto engine =
      std::dynamic_pointer_cast<core::LiteEngine>(RequireModule(environment, value)->engine);
  if (engine == nullptr) {
    throw core::Error("ERR_UNSUPPORTED_FORMAT", "only a lite module can do this");
  }
  return engine;
}

Napi::Array Strings(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array result = Napi::Array::New(env, texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) result.Set(static_cast<uint32_t>(i), texts[i]);
  return result;
}

std::vector<std::string> ReadStrings(const Napi::Value& value) {
  const Napi::Array texts = value.As<Napi::Array>();
  std::vector<std::string> result;
  for (uint32_t i = 0; i < texts.Length(); ++i) {
    result.push_back(texts.Get(i).ToString().Utf8Value());
  }
  return result;
}

// ---- reading ------------------------------------------------------------------------------------

Napi::Value About(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireLite(environment, info[0]);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("typeName", engine->TypeName());
  result.Set("bytecodeVersion", static_cast<double>(engine->BytecodeVersion()));
  result.Set("operatorVersion", static_cast<double>(engine->OperatorVersion()));
  Napi::Object metadata = environment.NewDict();
  for (const auto& [name, value] : engine->Metadata()) metadata.Set(name, value);
  result.Set("metadata", metadata);
  return result;
}

Napi::Value NamedParameters(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::Of(env);
  const auto engine = RequireLite(environment, info[0]);
  const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  Napi::Array result = Napi::Array::New(env);
  for (const auto& [name, tensor] : engine->NamedParameters()) {
    const Napi::HandleScope scope(env);
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0U, name);
    pair.Set(1U, Napi::Value(env, NewTensor(environment, tensor)));
    result.Set(result.Length(), pair);
  }
  return result;
}

Napi::Value Attributes(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireLite(environment, info[0]);
  const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  Napi::Array result = Napi::Array::New(info.Env());
  for (const auto& [name, type] : engine->Attributes(info[1].ToString().Utf8Value())) {
    Napi::Object item = Napi::Object::New(info.Env());
    item.Set("name", name);
    item.Set("type", type);
    result.Set(result.Length(), item);
  }
  return result;
}

Napi::Value Attribute(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireLite(environment, info[0]);
  const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return Napi::Value(info.Env(),
                     FromIValue(environment, engine->Attribute(info[1].ToString().Utf8Value())));
}

// ---- compatibility
// --------------------------------------------------------------------------------

Napi::Value MissingOperators(const Napi::CallbackInfo& info) {
  return Strings(info.Env(), core::MissingOperators(ReadStrings(info[0])));
}

Napi::Value MissingClasses(const Napi::CallbackInfo& info) {
  std::vector<std::string> missing;
  for (const std::string& name : ReadStrings(info[0])) {
    if (torch::getCustomClass("__torch__.torch.classes." + name) == nullptr) {
      missing.push_back(name);
    }
  }
  return Strings(info.Env(), missing);
}

Napi::Value Versions(const Napi::CallbackInfo& info) {
  const auto range = [&](std::pair<std::int64_t, std::int64_t> versions) {
    Napi::Array pair = Napi::Array::New(info.Env(), 2);
    pair.Set(0U, static_cast<double>(versions.first));
    pair.Set(1U, static_cast<double>(versions.second));
    return pair;
  };
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("bytecode", range(core::BytecodeVersions()));
  result.Set("operators", range(core::OperatorVersions()));
  return result;
}

Napi::Value Backport(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  core::Source source = ReadSource(environment, info[0].As<Napi::Object>(), true);
  const std::int64_t version = info[1].ToNumber().Int64Value();
  return Napi::Value(info.Env(), Async(environment, core::Pool::Default(),
                                       [source = std::move(source), version]() mutable -> Settle {
                                         std::string bytes = core::Backport(source, version);
                                         source.owner = nullptr;
                                         return [bytes = std::move(bytes)](Environment& settling) {
                                           return FromBytes(settling, bytes);
                                         };
                                       }));
}

Napi::Value BackportSync(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const core::Source source = ReadSource(environment, info[0].As<Napi::Object>(), false);
  return Napi::Value(
      info.Env(), FromBytes(environment, core::Backport(source, info[1].ToNumber().Int64Value())));
}

// ---- saving
// -----------------------------------------------------------------------------------------

core::BundledInputs ReadBundled(Environment& environment, const core::TorchScriptEngine& engine,
                                const Napi::Object& given) {
  const napi_env env = environment.env();
  core::BundledInputs bundled{given.Get("method").ToString().Utf8Value(), {}};
  const core::Method& method = engine.FindMethod(bundled.method);
  const Napi::Array inputs = given.Get("inputs").As<Napi::Array>();
  for (uint32_t i = 0; i < inputs.Length(); ++i) {
    const Napi::HandleScope scope(env);
    const Napi::Array arguments = inputs.Get(i).As<Napi::Array>();
    std::vector<napi_value> positional;
    for (uint32_t at = 0; at < arguments.Length(); ++at) positional.push_back(arguments.Get(at));
    const std::string callee =
        "saveLite: bundledInputs: " + bundled.method + "[" + std::to_string(i) + "]";
    bundled.inputs.push_back(
        ToStack(environment, *method.schema, 1, {positional.data(), positional.size()}, callee));
  }
  return bundled;
}

core::LiteSaveOptions ReadOptions(Environment& environment, const core::TorchScriptEngine& engine,
                                  const Napi::Value& value) {
  const Napi::Object given = value.As<Napi::Object>();
  core::LiteSaveOptions options;
  options.extra_files = ReadExtraFiles(given.Get("extraFiles"));
  options.debug_info = given.Get("debugInfo").ToBoolean();
  options.flatbuffer = given.Get("flatbuffer").ToBoolean();
  const Napi::Array bundled = given.Get("bundledInputs").As<Napi::Array>();
  for (uint32_t i = 0; i < bundled.Length(); ++i) {
    options.bundled_inputs.push_back(
        ReadBundled(environment, engine, bundled.Get(i).As<Napi::Object>()));
  }
  return options;
}

/// Bundling adds methods to the unit of code that all copies of the module share.
Gate::Request SaveRequest(const core::TorchScriptEngine& engine,
                          const core::LiteSaveOptions& options) {
  if (options.bundled_inputs.empty()) return engine.WholeRequest();
  return {Gate::Access::kExclusive, Gate::kNoLane};
}

Gate::Pass EnterToSave(const core::TorchScriptEngine& engine,
                       const core::LiteSaveOptions& options) {
  if (options.bundled_inputs.empty()) return engine.gate()->Enter(engine.WholeRequest());
  auto pass = engine.gate()->TryEnter(SaveRequest(engine, options));
  if (pass) return std::move(*pass);
  throw core::Error("ERR_MODULE_BUSY",
                    "the module is in use by runs in flight: await them, or use saveLite(), which "
                    "waits its turn");
}

Napi::Value OnPool(Environment& environment, const Napi::CallbackInfo& info,
                   const std::shared_ptr<core::TorchScriptEngine>& engine, Gate::Request request,
                   Work work) {
  const auto pool = PoolOf(environment, nullptr, RequireModule(environment, info[0])->pool);
  return Napi::Value(info.Env(),
                     Async(environment, pool, std::move(work), engine->gate(), request));
}

Napi::Value Save(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireTorchScript(environment, info[0]);
  auto options = ReadOptions(environment, *engine, info[2]);
  const Gate::Request request = SaveRequest(*engine, options);
  return OnPool(
      environment, info, engine, request,
      [engine, path = info[1].ToString().Utf8Value(), options = std::move(options)]() -> Settle {
        core::SaveLite(engine->module(), path, options);
        return [](Environment& settling) -> napi_value {
          return Napi::Env(settling.env()).Undefined();
        };
      });
}

Napi::Value SaveSync(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireTorchScript(environment, info[0]);
  const auto options = ReadOptions(environment, *engine, info[2]);
  const Gate::Pass pass = EnterToSave(*engine, options);
  core::SaveLite(engine->module(), info[1].ToString().Utf8Value(), options);
  return info.Env().Undefined();
}

Napi::Value ToBytes(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireTorchScript(environment, info[0]);
  auto options = ReadOptions(environment, *engine, info[1]);
  const Gate::Request request = SaveRequest(*engine, options);
  return OnPool(
      environment, info, engine, request, [engine, options = std::move(options)]() -> Settle {
        return [bytes = core::LiteBytes(engine->module(), options)](Environment& settling) {
          return FromBytes(settling, bytes);
        };
      });
}

Napi::Value ToBytesSync(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireTorchScript(environment, info[0]);
  const auto options = ReadOptions(environment, *engine, info[1]);
  const Gate::Pass pass = EnterToSave(*engine, options);
  return Napi::Value(info.Env(),
                     FromBytes(environment, core::LiteBytes(engine->module(), options)));
}

}  // namespace

void InitModuleLite(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<About>(room, "about");
  Define<NamedParameters>(room, "namedParameters");
  Define<Attributes>(room, "attributes");
  Define<Attribute>(room, "attribute");
  Define<MissingOperators>(room, "missingOperators");
  Define<MissingClasses>(room, "missingClasses");
  Define<Versions>(room, "versions");
  Define<Backport>(room, "backport");
  Define<BackportSync>(room, "backportSync");
  Define<Save>(room, "save");
  Define<SaveSync>(room, "saveSync");
  Define<ToBytes>(room, "toBytes");
  Define<ToBytesSync>(room, "toBytesSync");
  exports.Set("lite", room);
}

}  // namespace libtorch_node::binding

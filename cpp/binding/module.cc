#include <cstring>
#include <memory>
#include <utility>

#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "binding/schema.h"
#include "binding/tensor/buffer_bytes.h"
#include "binding/value/names.h"
#include "core/jit/trace_guard.h"
#include "core/module/load.h"
#include "core/runtime/shared_table.h"

namespace libtorch_node::binding {

namespace {

core::ExecutorMode ExecutorOf(const std::string& name) {
  if (name == "off") return core::ExecutorMode::kOff;
  if (name == "simple") return core::ExecutorMode::kSimple;
  if (name == "profiling") return core::ExecutorMode::kProfiling;
  throw core::Error("ERR_INVALID_ARG_VALUE",
                    "unknown executor '" + name + "': expected 'off', 'simple' or 'profiling'",
                    core::ErrorKind::kType);
}

const char* FormatName(core::Format format) {
  return format == core::Format::kLite ? "lite" : "torchscript";
}

std::optional<core::Format> FormatOf(const Napi::Value& name) {
  if (!name.IsString()) return std::nullopt;
  const bool lite = name.As<Napi::String>().Utf8Value() == "lite";
  return lite ? core::Format::kLite : core::Format::kTorchScript;
}

struct LoadCall {
  core::Source source;
  core::LoadOptions options;
  std::shared_ptr<core::Pool> pool;
};

}  // namespace

core::Source ReadSource(Environment& environment, const Napi::Object& source, bool outlives_call) {
  core::Source result;
  if (source.Has("path")) {
    result.path = source.Get("path").As<Napi::String>().Utf8Value();
    return result;
  }
  const auto offset = static_cast<std::size_t>(source.Get("byteOffset").ToNumber().Int64Value());
  const auto length = static_cast<std::size_t>(source.Get("byteLength").ToNumber().Int64Value());
  const BufferBytes bytes = BytesOf(environment, source.Get("buffer"), offset, length);
  result.size = length;
  result.owner = outlives_call ? PinBytes(bytes) : nullptr;
  result.data = bytes.data;
  if (outlives_call && result.owner == nullptr) {
    // Not ours to keep in place: the caller may transfer or shrink it while we read.
    auto copy = std::make_shared<std::string>(static_cast<const char*>(bytes.data), length);
    result.data = copy->data();
    result.owner = std::move(copy);
  }
  return result;
}

namespace {

LoadCall ReadLoad(Environment& environment, const Napi::CallbackInfo& info, bool outlives_call) {
  LoadCall call;
  const Napi::Object options = info[1].As<Napi::Object>();
  const Napi::Value device = options.Get("device");
  if (device.IsString()) call.options.device = DeviceOf(device.As<Napi::String>().Utf8Value());
  const Napi::Value extra_files = options.Get("extraFiles");
  if (extra_files.IsArray()) {
    const Napi::Array names = extra_files.As<Napi::Array>();
    call.options.extra_files.emplace();
    for (uint32_t i = 0; i < names.Length(); ++i) {
      call.options.extra_files->push_back(names.Get(i).ToString().Utf8Value());
    }
  }
  call.options.executor = ExecutorOf(options.Get("executor").ToString().Utf8Value());
  call.options.allow_flatbuffer = options.Get("allowFlatbuffer").ToBoolean();
  call.options.check_operators = options.Get("checkOperators").ToBoolean();
  call.options.format = FormatOf(options.Get("format"));
  call.pool = FindHandle<core::Pool>(environment, options.Get("pool"));
  call.source = ReadSource(environment, info[0].As<Napi::Object>(), outlives_call);
  return call;
}

napi_value FromLoaded(Environment& environment, const core::Loaded& loaded,
                      std::shared_ptr<core::Pool> pool) {
  const Napi::Env env(environment.env());
  Napi::Object result = Napi::Object::New(env);
  auto handle = std::make_shared<ModuleHandle>(ModuleHandle{loaded.engine, std::move(pool)});
  result.Set("handle", Napi::Value(env, NewHandle(environment, std::move(handle))));
  result.Set("format", FormatName(loaded.engine->format()));
  Napi::Object files = environment.NewDict();
  for (const auto& [name, content] : loaded.extra_files) {
    Napi::Uint8Array bytes = Napi::Uint8Array::New(env, content.size());
    if (!content.empty()) std::memcpy(bytes.Data(), content.data(), content.size());
    files.Set(name, bytes);
  }
  result.Set("extraFiles", files);
  return result;
}

Napi::Value Load(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  LoadCall call = ReadLoad(environment, info, true);
  const auto pool = call.pool != nullptr ? call.pool : core::Pool::Default();
  return Napi::Value(info.Env(),
                     Async(environment, pool, [call = std::move(call)]() mutable -> Settle {
                       core::Loaded loaded = core::Load(call.source, call.options);
                       call.source.owner = nullptr;
                       return [loaded = std::move(loaded), own = call.pool](Environment& settling) {
                         return FromLoaded(settling, loaded, own);
                       };
                     }));
}

Napi::Value LoadSync(const Napi::CallbackInfo& info) {
  core::RefuseInTrace("loadModuleSync()");
  Environment& environment = Environment::Of(info.Env());
  const LoadCall call = ReadLoad(environment, info, false);
  return Napi::Value(info.Env(),
                     FromLoaded(environment, core::Load(call.source, call.options), call.pool));
}

Napi::Value Methods(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto module = RequireModule(environment, info[0]);
  Napi::Array result = Napi::Array::New(info.Env());
  for (const core::Method& method : module->engine->methods()) {
    Napi::Object item = DescribeSchema(environment, *method.schema, 1);
    item.Set("name", method.name);
    item.Set("stateful", method.stateful);
    result.Set(result.Length(), item);
  }
  return result;
}

Napi::Value Share(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireModule(environment, info[0])->engine;
  // Attributes as they stand between runs: whoever claims starts from these, at any time.
  const core::Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return Napi::String::New(info.Env(), core::ShareEngine(engine->Share()));
}

Napi::Value Claim(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  core::Loaded loaded;
  const auto shared = core::ClaimEngine(info[0].As<Napi::String>().Utf8Value());
  const core::Gate::Pass pass = shared->gate()->Enter({});
  loaded.engine = shared->Share();
  return Napi::Value(info.Env(), FromLoaded(environment, loaded, nullptr));
}

Napi::Value RevokeShare(const Napi::CallbackInfo& info) {
  core::Revoke(info[0].As<Napi::String>().Utf8Value());
  return info.Env().Undefined();
}

Napi::Value Dispose(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  RequireHandleOf<ModuleHandle>(environment, info[0])->engine = nullptr;
  return info.Env().Undefined();
}

Napi::Value IsDisposed(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  return Napi::Boolean::New(info.Env(),
                            RequireHandleOf<ModuleHandle>(environment, info[0])->engine == nullptr);
}

}  // namespace

std::shared_ptr<ModuleHandle> RequireModule(Environment& environment, napi_value value) {
  auto module = RequireHandleOf<ModuleHandle>(environment, value);
  if (module->engine == nullptr) throw core::Error("ERR_DISPOSED", "the module was disposed");
  return module;
}

std::shared_ptr<core::TorchScriptEngine> RequireTorchScript(Environment& environment,
                                                            napi_value value) {
  auto engine =
      std::dynamic_pointer_cast<core::TorchScriptEngine>(RequireModule(environment, value)->engine);
  if (engine == nullptr) {
    throw core::Error("ERR_UNSUPPORTED_FORMAT", "only a TorchScript module can do this");
  }
  return engine;
}

std::shared_ptr<core::Pool> PoolOf(Environment& environment, napi_value option,
                                   const std::shared_ptr<core::Pool>& own) {
  if (option != nullptr) {
    if (auto pool = FindHandle<core::Pool>(environment, option)) return pool;
  }
  return own != nullptr ? own : core::Pool::Default();
}

void InitModule(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Load>(room, "load");
  Define<LoadSync>(room, "loadSync");
  Define<Methods>(room, "methods");
  Define<Share>(room, "share");
  Define<Claim>(room, "claim");
  Define<RevokeShare>(room, "revoke");
  Define<Dispose>(room, "dispose");
  Define<IsDisposed>(room, "isDisposed");
  InitModuleRun(env, room);
  InitModuleState(env, room);
  InitModuleMutators(env, room);
  InitModuleLite(env, exports);
  exports.Set("module", room);
}

}  // namespace libtorch_node::binding

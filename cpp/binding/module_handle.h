#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/wrapped.h"
#include "core/module/engine.h"
#include "core/module/load.h"
#include "core/module/torchscript_engine.h"
#include "core/runtime/pool.h"

namespace libtorch_node::binding {

/// What a JavaScript module stands for. A null engine means: disposed. Runs hold the engine, not
/// this.
struct ModuleHandle {
  std::shared_ptr<core::Engine> engine;
  std::shared_ptr<core::Pool> pool;  // null: the default one
};

template <>
struct HandleKind<ModuleHandle> {
  static constexpr const char* kName = "a module";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x6d6f64756c650001};
};

template <>
struct HandleKind<core::Pool> {
  static constexpr const char* kName = "a pool";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x706f6f6c00000001};
};

/// Throws ERR_DISPOSED for a module that is gone.
std::shared_ptr<ModuleHandle> RequireModule(Environment& environment, napi_value value);
/// The same for what only TorchScript modules can do: ERR_UNSUPPORTED_FORMAT for others.
std::shared_ptr<core::TorchScriptEngine> RequireTorchScript(Environment& environment,
                                                            napi_value value);

/// The gate to itself, for what changes the module on this thread; throws ERR_MODULE_BUSY during
/// runs.
core::Gate::Pass EnterAlone(const std::shared_ptr<core::TorchScriptEngine>& engine);

/// The pool that options name, the module's own, or the default one.
std::shared_ptr<core::Pool> PoolOf(Environment& environment, napi_value option,
                                   const std::shared_ptr<core::Pool>& own);

/// A path, or bytes: copied where a run on another thread could not rely on them.
core::Source ReadSource(Environment& environment, const Napi::Object& source, bool outlives_call);

void InitModule(Napi::Env env, Napi::Object exports);
void InitModuleState(Napi::Env env, Napi::Object room);
void InitModuleMutators(Napi::Env env, Napi::Object room);
void InitModuleLite(Napi::Env env, Napi::Object exports);
void InitModuleRun(Napi::Env env, Napi::Object room);

}  // namespace libtorch_node::binding

#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The room `jit`: modules made and rewritten here.
void InitJit(Napi::Env env, Napi::Object exports);
void InitJitCompile(Napi::Env env, Napi::Object room);
void InitJitTrace(Napi::Env env, Napi::Object room);
void InitJitTransform(Napi::Env env, Napi::Object room);
void InitJitGraph(Napi::Env env, Napi::Object room);

}  // namespace libtorch_node::binding

#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The room `pruning`.
void InitPruning(Napi::Env env, Napi::Object exports);
void InitPruningShrink(Napi::Env env, Napi::Object room);

}  // namespace libtorch_node::binding

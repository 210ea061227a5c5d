#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The room `pruning`.
void InitPruning(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

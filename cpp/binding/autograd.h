#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The room `autograd`: gradients, and the modes in which they are recorded.
void InitAutograd(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

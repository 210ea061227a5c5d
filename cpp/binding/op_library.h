#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// Adds to the room of operators, which must be there. Registers torchvision's operators.
void InitOpLibrary(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

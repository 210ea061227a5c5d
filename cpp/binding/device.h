#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

void InitDevice(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

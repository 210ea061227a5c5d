#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

void InitProfiler(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

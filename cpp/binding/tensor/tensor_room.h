#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

void InitTensor(Napi::Env env, Napi::Object exports);
void InitTensorMemory(Napi::Env env, Napi::Object room);
void InitTensorRead(Napi::Env env, Napi::Object room);

}  // namespace libtorch_node::binding

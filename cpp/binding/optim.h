#pragma once

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The room `optim`: optimizers, whose options JavaScript holds and hands over with each step.
void InitOptim(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

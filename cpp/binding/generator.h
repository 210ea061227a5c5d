#pragma once

#include <ATen/core/Generator.h>

#include <optional>

#include "binding/environment.h"

namespace libtorch_node::binding {

/// The generator of a JavaScript object; nothing when it is none.
std::optional<at::Generator> FindGenerator(Environment& environment, napi_value value);

void InitGenerator(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

#pragma once

#include "binding/napi_config.h"
#include "core/runtime/autocast.h"

namespace libtorch_node::binding {

/// This thread's state with one device's changed: { device, dtype, enabled, cache }, where null
/// means: as it is, or for a dtype the device's usual one.
core::AutocastState ReadAutocast(const Napi::Object& options);

void InitAutocast(Napi::Env env, Napi::Object exports);

}  // namespace libtorch_node::binding

#pragma once

#include <c10/core/ScalarType.h>

#include <cstddef>

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// A typed array of the dtype's elements over an ArrayBuffer: Uint16Array for the 16-bit floats,
/// interleaved parts for complex numbers, bytes for booleans. Null where the buffer or the dtype
/// has none in Node-API.
napi_value NewTypedArray(napi_env env, c10::ScalarType dtype, napi_value buffer,
                         std::size_t byte_offset, std::size_t numel);

}  // namespace libtorch_node::binding

#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

namespace libtorch_node::core {

/// Whether a value of this type can contain futures.
bool MayHoldFutures(const c10::Type& type);

/// Waits for every future inside, and gives the value with results in their places.
c10::IValue AwaitFutures(c10::IValue value);

}  // namespace libtorch_node::core

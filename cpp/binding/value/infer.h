#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include "binding/environment.h"
#include "binding/value/place.h"

namespace libtorch_node::binding {

/// The TorchScript type of a value without a schema: a number is a float, a bigint an int; lists
/// and dicts have the type of their first element. Throws where that says nothing: null, empty
/// ones.
c10::TypePtr InferType(Environment& environment, napi_value value, const Place& place);

/// A constant as Python would write it: an integral number is an int, an array a tuple.
c10::IValue ToConstant(Environment& environment, napi_value value, const Place& place);

}  // namespace libtorch_node::binding

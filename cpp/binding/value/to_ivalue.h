#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include "binding/environment.h"
#include "binding/value/place.h"

namespace libtorch_node::binding {

/// Converts by the schema's type; throws ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE, naming the
/// place.
c10::IValue ToIValue(Environment& environment, napi_value value, const c10::TypePtr& type,
                     const Place& place);

/// Without a schema, by what the value is: for `Any`.
c10::IValue ToAnyIValue(Environment& environment, napi_value value, const Place& place);

/// Whether a value looks like the type, without converting it: chooses among overloads and members
/// of a Union.
bool Matches(Environment& environment, napi_value value, const c10::Type& type);

}  // namespace libtorch_node::binding

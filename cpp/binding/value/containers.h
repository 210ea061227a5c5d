#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include "binding/environment.h"
#include "binding/value/place.h"

namespace libtorch_node::binding {

/// From an array or a typed array; an empty one keeps the element type.
c10::IValue ToList(Environment& environment, napi_value value, const c10::TypePtr& element,
                   const Place& place);
/// From an array of exactly that length; a NamedTuple also from an object with its names.
c10::IValue ToTuple(Environment& environment, napi_value value, const c10::TupleTypePtr& type,
                    const Place& place);
/// From a Map, or, where keys are strings, from an object.
c10::IValue ToDict(Environment& environment, napi_value value, const c10::DictType& type,
                   const Place& place);
/// A list, or a dict with string keys, of `Any`.
c10::IValue ToAnyContainer(Environment& environment, napi_value value, const Place& place);

bool MatchesContainer(Environment& environment, napi_value value, const c10::Type& type);

}  // namespace libtorch_node::binding

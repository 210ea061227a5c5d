#pragma once

#include <ATen/core/ivalue.h>

#include "binding/environment.h"

namespace libtorch_node::binding {

/// A value of LibTorch's as JavaScript sees it; futures were awaited before.
napi_value FromIValue(Environment& environment, const c10::IValue& value);

}  // namespace libtorch_node::binding

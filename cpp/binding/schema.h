#pragma once

#include <ATen/core/function_schema.h>

#include <cstddef>

#include "binding/environment.h"

namespace libtorch_node::binding {

/// { args: [{ name, type, default?, hasDefault, kwOnly }], returns }, from the schema's argument
/// `first` on.
Napi::Object DescribeSchema(Environment& environment, const c10::FunctionSchema& schema,
                            std::size_t first);

}  // namespace libtorch_node::binding

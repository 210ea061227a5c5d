#pragma once

#include <string>

#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// A short text of a JavaScript value for error messages: "number 2.5", "string 'abc'",
/// "Float32Array(4)".
std::string DescribeValue(napi_env env, napi_value value);

/// The UTF-8 text of a JavaScript string, NUL characters kept.
std::string StringOf(napi_env env, napi_value value);

}  // namespace libtorch_node::binding

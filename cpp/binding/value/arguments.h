#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/stack.h>

#include <cstddef>
#include <string>
#include <vector>

#include "binding/environment.h"

namespace libtorch_node::binding {

/// The arguments of one call, as JavaScript gave them.
struct CallArguments {
  const napi_value* positional = nullptr;
  std::size_t count = 0;
  napi_value kwargs = nullptr;  // an object, or null
  bool numbers_as_tensors = false;
};

/// Converts by the schema, from its argument `first` on, filling defaults. `undefined` counts as
/// left out where there is a default. Throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE,
/// ERR_MISSING_ARGUMENT, ERR_TOO_MANY_ARGUMENTS or ERR_UNKNOWN_ARGUMENT.
torch::jit::Stack ToStack(Environment& environment, const c10::FunctionSchema& schema,
                          std::size_t first, const CallArguments& arguments,
                          const std::string& callee);

/// The names of the keyword arguments, as JavaScript wrote them.
std::vector<std::string> KeywordNames(napi_env env, napi_value kwargs);

/// Whether the arguments look like the schema's, without converting them.
bool MatchesSchema(Environment& environment, const c10::FunctionSchema& schema,
                   const CallArguments& arguments);

}  // namespace libtorch_node::binding

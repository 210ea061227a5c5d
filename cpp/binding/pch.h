#pragma once

// Precompiled for cpp/binding: LibTorch's headers, which cost seconds each, and Node-API's. Files
// still include what they use.
#include <ATen/core/Tensor.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/napi_config.h"

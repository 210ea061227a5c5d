#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <optional>

#include "core/quantization/dynamic.h"

namespace libtorch_node::core {

/// As PyTorch's observers of weights do it: symmetric, qint8, from the greatest absolute value, per
/// row or for all.
at::Tensor QuantizeWeight(const at::Tensor& weight, bool per_channel);

/// `quantized::linear_prepack` or `linear_prepack_fp16`, for the engine of the PackingScope.
c10::IValue PackLinear(const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                       const DynamicOptions& options);

/// Calls an operator that has one result.
c10::IValue CallOperator(const char* name, std::vector<c10::IValue> arguments);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

namespace libtorch_node::core {

/// As WeightOf, and for what is computed of constants and attributes alone, such as normed weights
/// or the parts of a stacked one; an undefined tensor else.
at::Tensor ComputedWeightOf(const torch::jit::Module& prepared, const torch::jit::Value* value);

}  // namespace libtorch_node::core

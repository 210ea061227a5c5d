#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace libtorch_node::core {

/// The integers of a constant list.
std::optional<std::vector<int64_t>> ConstantInts(const torch::jit::Value* value);

/// What an operator that keeps channels apart makes of constant ones, given the dimensions behind
/// the channels; nullopt for operators that are not known to. NaN stands for what is not constant.
std::optional<at::Tensor> ThroughOperator(torch::jit::Node* node, const at::Tensor& constants,
                                          int64_t spatial);

/// Whether the node only asks about its input, and would get the same answer with fewer channels.
bool OnlyAsks(const torch::jit::Node* node);

/// Whether all that follows the channels becomes one dimension, or is averaged out of the way.
bool Flattens(const torch::jit::Node* node, int64_t spatial);

}  // namespace libtorch_node::core

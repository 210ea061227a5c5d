#pragma once

#include <ATen/core/stack.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace libtorch_node::core {

/// Runs the graph once, and notes dtypes and shapes of the tensors that came by in the types of its
/// values. `inputs` are all of the graph's, the module first.
void ObserveTypes(const std::shared_ptr<torch::jit::Graph>& graph, torch::jit::Stack inputs);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace libtorch_node::core {

/// Puts `prepacked` operators in place of linear layers and of (transposed) 2D convolutions whose
/// weights are constants, with the relu, relu6, hardtanh or clamp that follows, as XNNPACK runs
/// them on phones; the constants become its contexts. With `conv1d_to_2d` also 1D convolutions.
/// What XNNPACK could not run stays as it is.
void Prepack(const std::shared_ptr<torch::jit::Graph>& graph, bool conv1d_to_2d);

}  // namespace libtorch_node::core

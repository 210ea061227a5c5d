#pragma once

#include <torch/csrc/jit/ir/ir.h>

namespace libtorch_node::core {

/// Moves observers between a convolution or a batch norm and its relu behind that, so that both
/// become one quantized operator. LibTorch's pass does so for linear layers and additions, but
/// knows these two as calls of modules alone, of which a frozen graph has none.
void DelayObservers(torch::jit::Graph& graph);

/// Takes observers from the weights and statistics of batch norms, which quantized batch norms take
/// as floats. The pass leaves them alone where their type says that they may be None, which
/// freezing finds out that they are not.
void UnobserveStatistics(torch::jit::Graph& graph);

}  // namespace libtorch_node::core

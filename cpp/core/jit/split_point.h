#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include "core/jit/split.h"

namespace libtorch_node::core {

/// The call at which the tail begins. Calls of what contains it are inlined on the way, so that it
/// stands at the top level of the graph.
torch::jit::Node* FindSplitPoint(torch::jit::Graph& graph, const SplitPoint& point);

}  // namespace libtorch_node::core

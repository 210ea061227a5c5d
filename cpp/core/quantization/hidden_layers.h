#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <vector>

namespace libtorch_node::core {

/// Hides an operator from LibTorch's observer pass, in a subgraph of its own, which the pass takes
/// for an operator that it cannot quantize.
void Hide(torch::jit::Node* node);

/// Brings the hidden operators of a graph, or of a copy of it, back.
void ShowHidden(torch::jit::Graph& graph);

/// Marks operators with the number of their layer, which survives whatever does not replace them.
void MarkLayer(torch::jit::Node* node, std::size_t layer);

/// The numbers of the layers whose operators are still there; takes the marks away.
std::vector<std::size_t> TakeMarks(torch::jit::Graph& graph);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// Hides an operator from LibTorch's observer pass, in a subgraph of its own, which the pass takes
/// for an operator that it cannot quantize.
void Hide(torch::jit::Node* node);

/// Names the outputs of branches and loops, so that copies of the graph have the same names.
void NameBlocks(torch::jit::Graph& graph);

/// Whether it hid the branch or loop that made the value of this name (without what copying
/// appends to it), with all that is in it.
bool HideBlocks(torch::jit::Graph& graph, const std::string& output);

/// Whether there were branches or loops that give values, which are hidden now.
bool HideAllBlocks(torch::jit::Graph& graph);

/// Brings the hidden operators of a graph, or of a copy of it, back.
void ShowHidden(torch::jit::Graph& graph);

/// Marks operators with the number of their layer, which survives whatever does not replace them.
void MarkLayer(torch::jit::Node* node, std::size_t layer);

/// The numbers of the layers with operators outside of what is hidden.
std::vector<std::size_t> VisibleMarks(torch::jit::Graph& graph);

/// The numbers of the layers whose operators are still there; takes the marks away.
std::vector<std::size_t> TakeMarks(torch::jit::Graph& graph);

}  // namespace libtorch_node::core

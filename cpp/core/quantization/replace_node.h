#pragma once

#include <torch/csrc/jit/ir/ir.h>

namespace libtorch_node::core {

/// Puts a node of as many outputs in the place of another, which goes: named, scoped and found in
/// the source as that one was.
void ReplaceNode(torch::jit::Node* node, torch::jit::Node* made);

}  // namespace libtorch_node::core

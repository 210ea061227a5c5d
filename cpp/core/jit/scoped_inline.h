#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <unordered_map>

namespace libtorch_node::core {

/// The submodule whose code a node is, by its qualified name; nodes of the module itself are left
/// out.
using NodeScopes = std::unordered_map<const torch::jit::Node*, std::string>;

/// Replaces calls of methods and functions by their bodies, and remembers where these are from.
NodeScopes InlineWithScopes(torch::jit::Graph& graph);

}  // namespace libtorch_node::core

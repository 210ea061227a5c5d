#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>

namespace libtorch_node::core {

/// A module that holds what the graph reads of `source`, under the same names, and nothing else:
/// the very submodules and tensors, in containers of new classes. Its method `forward` is the
/// graph.
torch::jit::Module ModuleOfGraph(const torch::jit::Module& source, const std::string& type_name,
                                 const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace libtorch_node::core

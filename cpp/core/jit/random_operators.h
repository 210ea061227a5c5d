#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// The operators of a graph that draw random numbers, each once; its calls are looked into.
std::vector<std::string> RandomOperators(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace libtorch_node::core

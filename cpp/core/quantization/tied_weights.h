#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

/// Paths of parameters that are one tensor, 'words.weight' and 'head.weight'.
using TiedWeights = std::vector<std::vector<std::string>>;

TiedWeights FindTiedWeights(const torch::jit::Module& module);

/// Makes them one again, those that are left and equal: LibTorch's copies give each submodule
/// tensors of its own.
void TieWeights(const torch::jit::Module& module, const TiedWeights& tied);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Throws ERR_SAVE_FAILED for graphs that LibTorch would write into a file which nothing can read:
/// those with weights in oneDNN's own layout.
void CheckSaveable(const torch::jit::Module& module);

}  // namespace libtorch_node::core

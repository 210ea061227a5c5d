#pragma once

#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Whether LibTorch's fold of batch norms into convolutions keeps what the module computes. Where a
/// convolution or its batch norm is called from several places, it folds several times into one
/// weight, or fails.
bool CanFoldBatchNorms(const torch::jit::Module& module);

}  // namespace libtorch_node::core

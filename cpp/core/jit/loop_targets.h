#pragma once

#include <torch/csrc/jit/frontend/tree_views.h>

namespace libtorch_node::core {

/// `for i, layer in ...` as `for (i, layer) in ...`: LibTorch's parser makes two targets of the
/// former, which its compiler does not expect in a loop that it unrolls.
torch::jit::Def WithSingleTargets(const torch::jit::Def& definition);

}  // namespace libtorch_node::core

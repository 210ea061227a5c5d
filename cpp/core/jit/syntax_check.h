#pragma once

#include <torch/csrc/jit/frontend/tree.h>

namespace libtorch_node::core {

/// Throws the compiler's error for what LibTorch's parser lets through and its compiler crashes on.
void CheckSyntax(const torch::jit::TreeRef& tree);

}  // namespace libtorch_node::core

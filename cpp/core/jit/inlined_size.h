#pragma once

#include <torch/csrc/jit/api/function_impl.h>

#include <cstddef>

namespace libtorch_node::core {

/// How many nodes a function's graph has once LibTorch inlined its calls, which it does before the
/// first run; at most `limit`. Functions that call each other twice double it at each step.
std::size_t InlinedSize(torch::jit::Function& function, std::size_t limit);

}  // namespace libtorch_node::core

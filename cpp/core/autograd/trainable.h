#pragma once

#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Throws ERR_NOT_TRAINABLE, with the way out, for a module that training mode cannot change: a
/// frozen one, and a traced one in whose graph an operator's training argument is written down.
void RequireTrainable(const torch::jit::Module& module);

}  // namespace libtorch_node::core

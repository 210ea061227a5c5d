#pragma once

#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Throws ERR_NO_METHOD without forward, ERR_FROZEN for a module without parameters.
void RequireUnfrozen(const torch::jit::Module& module);

/// The same, and ERR_TRAINING in training mode, ERR_NOT_SHRINKABLE for methods that forward does
/// not call and that read weights themselves.
void RequireShrinkable(const torch::jit::Module& module);

}  // namespace libtorch_node::core

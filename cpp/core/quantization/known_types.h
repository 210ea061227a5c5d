#pragma once

#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Decides what a prepared module's forward asks about weights and what never changes: how many
/// dimensions they have, and whether they are of an integer dtype. Scripted embedding bags take
/// their weight from a branch that depends on it.
void FoldKnownTypes(const torch::jit::Module& prepared);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/stack.h>

#include "core/runtime/run_scope.h"

namespace libtorch_node::core {

/// Where a run takes place: on the caller's thread, or on another one.
enum class RunPlace { kHere, kElsewhere };

/// Gives a run tensors of its own where it needs them, over the same storages: an operator there
/// may change sizes, and nobody may reallocate what another thread reads. Elsewhere that is every
/// tensor, here a module's parameters. Returns what the run records, as the caller's thread stands
/// now; gradients flow through the run's own tensors too.
GradState PrepareInputs(torch::jit::Stack& inputs, RunPlace place);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Operators that were inlined remember the functions they come from by address, and LibTorch asks
/// those for their names when an operator fails. Freezing frees such functions, and a copy outlives
/// them: this has each name the method it stands in, at the same lines of the same source.
void OwnInlinedFrames(const torch::jit::Module& module);

}  // namespace libtorch_node::core

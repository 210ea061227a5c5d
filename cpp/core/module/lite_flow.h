#pragma once

#include <torch/csrc/jit/mobile/code.h>

#include <vector>

#include "core/module/lite_code.h"

namespace libtorch_node::core {

/// Whether a function may change a list or dict that an attribute holds. Follows what comes out of
/// attributes through registers and stack; where that cannot be followed, the answer is yes.
bool MayChangeHeldContainers(const torch::jit::mobile::Code& code, const ContainerSlots& slots);

}  // namespace libtorch_node::core

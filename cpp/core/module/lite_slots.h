#pragma once

#include <torch/csrc/jit/mobile/module.h>

#include <cstddef>

#include "core/module/lite_objects.h"

namespace libtorch_node::core {

/// Instructions name attributes by number, and the interpreter reads that one of whatever object it
/// meets. Gives every object of the module, and every class it may make objects of, as many slots
/// as the largest number needs. Throws ERR_LOAD_FAILED for a number that no object has.
void FillSlots(const torch::jit::mobile::Module& module);

/// How many attributes an object was saved with.
std::size_t SavedSlots(const LiteObject& object);

}  // namespace libtorch_node::core

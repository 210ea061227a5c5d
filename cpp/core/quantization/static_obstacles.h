#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "core/quantization/layers.h"

namespace libtorch_node::core {

/// Why a layer stays as it is where others are quantized statically; empty for one that need not.
std::string StaticObstacle(const torch::jit::Module& prepared, const LayerUse& use);

}  // namespace libtorch_node::core

#pragma once

#include <c10/core/QEngine.h>

#include <string>
#include <vector>

#include "core/quantization/layers.h"

namespace libtorch_node::core {

enum class DynamicDtype { kQInt8, kFloat16 };

struct DynamicOptions {
  at::QEngine engine;
  DynamicDtype dtype = DynamicDtype::kQInt8;
  /// A scale for each output of a layer, or one for all.
  bool per_channel = true;
};

/// Packs the weights of the linear, LSTM and GRU layers named for the engine; what enters them is
/// quantized as it comes, at run time. Throws ERR_ENGINE where the engine has no such dtype.
QuantizationResult QuantizeDynamic(torch::jit::Module prepared,
                                   const std::vector<std::string>& layers,
                                   const DynamicOptions& options);

}  // namespace libtorch_node::core

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/quantization/layers.h"
#include "core/quantization/weight_formats.h"

namespace libtorch_node::core {

struct WeightOptions {
  /// kInt8 or kInt4; nothing leaves linear layers as they are.
  std::optional<WeightFormat> linear;
  /// Rows of 8 bits.
  bool embedding = true;
  /// Columns that share a scale in kInt4; even.
  std::int64_t group_size = 32;
};

/// Stores the weights of the layers named in fewer bits, as buffers of the prepared module, and has
/// the graph make floats of them when it runs. Weights shared by several layers stay shared.
QuantizationResult QuantizeWeights(torch::jit::Module prepared,
                                   const std::vector<std::string>& layers,
                                   const WeightOptions& options);

}  // namespace libtorch_node::core

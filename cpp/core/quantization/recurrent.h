#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>
#include <vector>

#include "core/quantization/dynamic.h"

namespace libtorch_node::core {

/// Packed cells of an LSTM or GRU, to be used by all of its operators.
class PackedRecurrent {
 public:
  /// Gives the reason where it cannot be done.
  std::optional<std::string> Pack(torch::jit::Module& prepared, const LayerUse& use,
                                  const DynamicOptions& options);

  /// Puts `aten::quantized_lstm` or `aten::quantized_gru` in the place of the operators.
  void Replace(const torch::jit::Module& prepared, const LayerUse& use,
               const DynamicOptions& options) const;

 private:
  std::vector<std::string> attributes_;
};

}  // namespace libtorch_node::core

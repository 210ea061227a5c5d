#pragma once

#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <string>

#include "core/quantization/dynamic.h"

namespace libtorch_node::core {

/// Packs the weights of an `aten::lstm_cell` or `aten::gru_cell`, for the engine of the
/// PackingScope, and puts PyTorch's dynamic cell in the place of its operators. Gives the reason
/// where it cannot be done.
std::optional<std::string> QuantizeCell(torch::jit::Module& prepared, const LayerUse& use,
                                        const DynamicOptions& options);

}  // namespace libtorch_node::core

#pragma once

#include <c10/core/QEngine.h>
#include <torch/csrc/jit/api/module.h>

#include "core/quantization/layers.h"
#include "core/quantization/prepare.h"
#include "core/quantization/static.h"

namespace libtorch_node::core {

/// A module in training mode whose values and weights pass PyTorch's FakeQuantize modules, which
/// LibTorch's observer pass puts in the place of observers. Batch norms are folded or keep their
/// statistics; dropout follows the module's training mode. Uses the prepared module up. Throws
/// ERR_NOT_TRAINABLE for a frozen module, ERR_NOT_QUANTIZABLE where there is nothing to quantize.
torch::jit::Module PrepareQat(PreparedModule prepared, ObserveOptions options);

/// The quantized module that a trained one stands for; that one stays as it is. Throws
/// ERR_NOT_PREPARED for others, ERR_NOT_CALIBRATED where FakeQuantize modules saw no values.
QuantizationResult ConvertQat(const torch::jit::Module& trained, at::QEngine engine);

}  // namespace libtorch_node::core

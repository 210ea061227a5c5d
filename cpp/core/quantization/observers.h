#pragma once

#include <c10/core/QEngine.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/quantization/insert_observers.h>

#include <string>

namespace libtorch_node::core {

/// What `observers` names: PyTorch's observers of activations and of weights. `kHistogram` takes
/// weights as PyTorch's default configuration of the engine does.
enum class Observers { kMinMax, kHistogram, kPerChannelMinMax };

/// One of the modules that scripts/observers.py makes, from `folder`/`name`.pt: a new object over
/// tensors of its own. Throws ERR_NO_OBSERVERS where the file is missing.
torch::jit::Module LoadObserver(const std::string& folder, const std::string& name);

/// Whether activations use 0..127 alone: with all of 0..255, sums of two products overflow 16 bits
/// in the kernels of all engines but QNNPACK where the processor has no VNNI.
bool HalvesRange(at::QEngine engine);

/// Observers of activations and weights for calibration.
torch::jit::QConfig ObserverConfig(const std::string& folder, Observers observers,
                                   at::QEngine engine);

/// FakeQuantize modules of activations and weights for quantization-aware training: PyTorch's
/// `get_default_qat_qconfig(engine, version=0)`.
torch::jit::QConfig FakeQuantizeConfig(const std::string& folder, at::QEngine engine);

}  // namespace libtorch_node::core

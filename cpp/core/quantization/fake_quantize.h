#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <vector>

namespace libtorch_node::core {

/// Whether a node of a module's `forward` is the call of a FakeQuantize module of it.
bool IsFakeQuantizeCall(const torch::jit::Node* node);

/// PyTorch's FakeQuantize modules inside of a module.
std::vector<torch::jit::Module> FakeQuantizeModules(const torch::jit::Module& module);

/// A FakeQuantize module, and the weight that passes it.
struct FakeQuantizedWeight {
  torch::jit::Module fake_quantize;
  at::Tensor weight;
};

/// Those that LibTorch's observer pass put into the module's `forward`.
std::vector<FakeQuantizedWeight> FakeQuantizedWeights(const torch::jit::Module& module);

/// Whether FakeQuantize modules stand in the module's `forward` as PrepareQat puts them there.
bool IsPreparedForQat(const torch::jit::Module& module);

enum class FakeQuantizePart { kObserver, kFakeQuant };

bool IsEnabled(const torch::jit::Module& fake_quantize, FakeQuantizePart part);

/// PyTorch's enable_observer, disable_observer, enable_fake_quant, disable_fake_quant, for all
/// FakeQuantize modules inside. Throws ERR_NOT_PREPARED where there are none.
void EnableFakeQuantize(const torch::jit::Module& module, FakeQuantizePart part, bool enabled);

}  // namespace libtorch_node::core

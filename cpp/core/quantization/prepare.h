#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <vector>

#include "core/quantization/layers.h"
#include "core/runtime/pool.h"
#include "core/runtime/run_scope.h"

namespace libtorch_node::core {

/// A copy of the module with memory and classes of its own, ready to be rewritten: in evaluation
/// mode, batch norms folded into convolutions, everything inlined into `forward`, which alone
/// stays, and constants but for the parameters, which stay attributes. The source stays as it is.
/// `callee` is for messages.
torch::jit::Module PrepareForQuantization(const torch::jit::Module& module, const char* callee);

/// Throws ERR_NOT_QUANTIZABLE for weights that are elsewhere: kernels of 8 bits are for the CPU.
void RequireCpu(const torch::jit::Module& module, const char* callee);

/// What JavaScript holds between choosing layers and rewriting them. Used up by one rewrite.
struct PreparedModule {
  torch::jit::Module module;
  std::vector<QuantizableLayer> layers;
  /// As the source runs.
  ExecutorMode executor;
  std::shared_ptr<Pool> pool;
};

}  // namespace libtorch_node::core

#include "core/quantization/prepare.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/passes/fold_conv_bn.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/fuse_linear.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <string>

#include "core/error.h"
#include "core/jit/freeze.h"
#include "core/jit/inlined_frames.h"
#include "core/jit/own_unit.h"
#include "core/pruning/prune.h"
#include "core/quantization/fold_check.h"
#include "core/quantization/known_types.h"
#include "core/quantization/tied_weights.h"

namespace libtorch_node::core {

using torch::jit::Module;

Module PrepareForQuantization(const Module& module, const char* callee) {
  const auto forward = module.find_method("forward");
  if (!forward) {
    throw Error("ERR_NO_METHOD",
                std::string(callee) + ": the module has no method 'forward', which is quantized");
  }
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  OwnUnit own(module);
  Module copy = CopyInto(own.unit(), module);
  // Masked weights are weights: neither batch norms nor layers could be folded into a product.
  copy = RemovePruning(copy, PrunedNames(copy));
  if (!IsFrozen(module) && copy.hasattr("training")) {
    copy.eval();
    const TiedWeights tied = FindTiedWeights(copy);
    if (CanFoldBatchNorms(copy)) copy = torch::jit::FoldConvBatchNorm(copy);
    copy = torch::jit::freeze_module(copy, {}, true, true);
    TieWeights(copy, tied);
  }
  auto graph = copy.get_method("forward").graph();
  // Of modules without a training mode, which are not frozen.
  torch::jit::Inline(*graph);
  OwnInlinedFrames(copy);
  FoldKnownTypes(copy);
  torch::jit::FuseLinear(graph);
  own.ForgetOrigin(copy);
  return copy;
}

void RequireCpu(const Module& module, const char* callee) {
  for (const at::Tensor& parameter : module.parameters()) {
    if (parameter.is_cpu()) continue;
    throw Error("ERR_NOT_QUANTIZABLE",
                std::string(callee) + ": the module is on " + parameter.device().str() +
                    ", and the kernels of 8 bits are for the CPU: quantize a clone that was moved "
                    "there, (await model.clone()).to('cpu'), or the file loaded onto 'cpu'");
  }
}

}  // namespace libtorch_node::core

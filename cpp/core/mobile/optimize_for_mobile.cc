#include "core/mobile/optimize_for_mobile.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/passes/fuse_relu.h>
#include <torch/csrc/jit/passes/graph_rewrite_helper.h>
#include <torch/csrc/jit/passes/remove_dropout.h>

#include <algorithm>
#include <memory>

#include "core/jit/freeze.h"
#include "core/mobile/prepack.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Graph;
using torch::jit::Module;

constexpr const char* kOptimized = "mobile_optimized";

/// As torch.utils.bundled_inputs names what it adds.
bool IsOfBundledInputs(const std::string& name) {
  return name == "get_all_bundled_inputs" || name == "get_num_bundled_inputs" ||
         name == "get_bundled_inputs_functions_and_info" ||
         name.starts_with("get_all_bundled_inputs_for_") ||
         name.starts_with("_bundled_inputs_deflated");
}

std::vector<std::string> Preserved(const Module& module, std::vector<std::string> names) {
  const auto add = [&names](const std::string& name) {
    const bool known = std::find(names.begin(), names.end(), name) != names.end();
    if (!known && IsOfBundledInputs(name)) names.push_back(name);
  };
  for (const auto& method : module.get_methods()) add(method.name());
  for (const auto& attribute : module.type()->getAttributes()) add(attribute.getName());
  return names;
}

void Optimize(std::shared_ptr<Graph> graph, const MobileOptions& options) {
  torch::jit::graph_rewrite_helper::replaceConvolutionWithAtenConv(graph);
  if (options.fold_batch_norms) torch::jit::FoldFrozenConvBatchnorm(graph);
  if (options.remove_dropout) torch::jit::removeDropout(graph);
  if (options.prepack) Prepack(graph, options.conv1d_to_2d);
  if (options.fuse_add_relu) torch::jit::FuseAddRelu(graph);
  torch::jit::EliminateDeadCode(graph);
}

}  // namespace

Module OptimizeForMobile(const Module& module, const MobileOptions& options) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  Module made = FrozenCopy(module, Preserved(module, options.preserved), "optimizeForMobile");
  for (const auto& method : made.get_methods()) {
    if (auto* function = torch::jit::tryToGraphFunction(method.function())) {
      Optimize(function->graph(), options);
    }
  }
  if (!made.hasattr(kOptimized)) {
    made.register_attribute(kOptimized, c10::BoolType::get(), true);
  }
  return made;
}

}  // namespace libtorch_node::core

#include "core/jit/freeze.h"

#include <ATen/core/ivalue.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/jit/inlined_frames.h"
#include "core/jit/own_unit.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;

constexpr const char* kForward = "forward";

std::string MethodNames(const Module& module) {
  std::string names;
  for (const auto& method : module.get_methods()) {
    names += (names.empty() ? "" : ", ") + method.name();
  }
  return names.empty() ? "none" : names;
}

void RequireMethod(const Module& module, const std::string& name) {
  if (module.find_method(name)) return;
  throw Error("ERR_NO_METHOD",
              "the module has no method '" + name + "'; it has: " + MethodNames(module));
}

void RequireEvaluation(const Module& module, const char* callee) {
  if (!module.hasattr("training") || !module.is_training()) return;
  throw Error("ERR_TRAINING", std::string(callee) +
                                  ": the module is in training mode, and dropout and batch norm "
                                  "would be frozen as they train: call eval() first");
}

void RequireNames(const Module& module, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (module.find_method(name) || module.hasattr(name)) continue;
    throw Error("ERR_NO_ATTRIBUTE", "preserve: the module has no method or attribute '" + name +
                                        "'; its methods are: " + MethodNames(module));
  }
}

bool HoldsTensor(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor().defined();
  if (value.isTensorList()) return true;
  return value.isObject() && value.isCustomClass();
}

bool HasTensorConstant(const Block* block) {
  return std::any_of(block->nodes().begin(), block->nodes().end(), [](const Node* node) {
    if (node->kind() == c10::prim::Constant) {
      const auto value = torch::jit::toIValue(node->output());
      if (value && HoldsTensor(*value)) return true;
    }
    const auto& blocks = node->blocks();
    return std::any_of(blocks.begin(), blocks.end(), HasTensorConstant);
  });
}

/// The passes make constants of the very tensors: without a copy, training the source would change
/// the frozen module.
template <typename Rewrite>
Module FreezeCopy(const Module& module, const std::vector<std::string>& preserved,
                  const Rewrite& rewrite) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  OwnUnit own(module);
  Module frozen = torch::jit::freeze_module(CopyInto(own.unit(), module), preserved);
  OwnInlinedFrames(frozen);
  for (const auto& method : frozen.get_methods()) {
    if (auto* function = torch::jit::tryToGraphFunction(method.function())) {
      rewrite(function->graph());
    }
  }
  own.ForgetOrigin(frozen);
  return frozen;
}

Module FreezeAndFold(const Module& module, const std::vector<std::string>& preserved,
                     bool optimize_numerics) {
  return FreezeCopy(module, preserved, [&](std::shared_ptr<Graph> graph) {
    torch::jit::OptimizeFrozenGraph(graph, optimize_numerics);
  });
}

/// Of a module whose attributes are constants already.
Module Copy(const Module& module) {
  OwnUnit own(module);
  Module copy = CopyInto(own.unit(), module);
  own.ForgetOrigin(copy);
  return copy;
}

}  // namespace

bool IsFrozen(const Module& module) {
  if (module.hasattr("training") || module.parameters().size() > 0) return false;
  const auto methods = module.get_methods();
  return std::any_of(methods.begin(), methods.end(), [](const torch::jit::Method& method) {
    const auto* function = torch::jit::tryToGraphFunction(method.function());
    return function != nullptr && HasTensorConstant(function->graph()->block());
  });
}

Module Freeze(const Module& module, const std::vector<std::string>& preserved,
              bool optimize_numerics) {
  RequireMethod(module, kForward);
  RequireNames(module, preserved);
  RequireEvaluation(module, "freeze");
  return FreezeAndFold(module, preserved, optimize_numerics);
}

Module FrozenCopy(const Module& module, const std::vector<std::string>& preserved,
                  const char* callee) {
  RequireMethod(module, kForward);
  RequireNames(module, preserved);
  RequireEvaluation(module, callee);
  if (IsFrozen(module)) return Copy(module);
  return FreezeCopy(module, preserved, [](const std::shared_ptr<Graph>&) {});
}

Module OptimizeForInference(const Module& module, const std::vector<std::string>& methods) {
  RequireMethod(module, kForward);
  for (const std::string& name : methods) RequireMethod(module, name);
  RequireEvaluation(module, "optimizeForInference");
  // Rewrites graphs in place, which belong to the class: a copy has a class of its own.
  Module copy = IsFrozen(module) ? Copy(module) : FreezeAndFold(module, methods, true);
  return torch::jit::optimize_for_inference(copy, methods);
}

}  // namespace libtorch_node::core

#include "core/jit/saveable.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

bool HasPreparedConstant(const torch::jit::Block* block) {
  return std::any_of(block->nodes().begin(), block->nodes().end(),
                     [](const torch::jit::Node* node) {
                       const auto& inner = node->blocks();
                       return node->kind() == c10::prim::ConstantMKLDNNTensor ||
                              std::any_of(inner.begin(), inner.end(), HasPreparedConstant);
                     });
}

}  // namespace

void CheckSaveable(const torch::jit::Module& module) {
  for (const torch::jit::Module& each : module.modules()) {
    for (const auto& method : each.get_methods()) {
      const auto* function = torch::jit::tryToGraphFunction(method.function());
      if (function == nullptr || !HasPreparedConstant(function->graph()->block())) continue;
      throw Error("ERR_SAVE_FAILED",
                  "the module was optimized for this machine: its weights are in oneDNN's own "
                  "layout, which no file can hold. Save the module that it was made of, or that "
                  "module frozen, and optimize after loading");
    }
  }
}

}  // namespace libtorch_node::core

#include "core/autograd/trainable.h"

#include <ATen/core/function_schema.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/quantization/fake_quantize.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Node;

std::optional<c10::IValue> ConstantInput(const Node& node, const c10::FunctionSchema& schema,
                                         std::string_view name) {
  for (std::size_t i = 0; i < schema.arguments().size() && i < node.inputs().size(); ++i) {
    if (schema.arguments()[i].name() == name) return torch::jit::toIValue(node.inputs()[i]);
  }
  return std::nullopt;
}

/// Whether training differs from evaluation for this operator, and is switched off for good.
bool IsSwitchedOff(const Node& node) {
  const c10::FunctionSchema* schema = node.maybeSchema();
  if (schema == nullptr || !node.kind().is_aten()) return false;
  for (const char* rate : {"p", "dropout"}) {
    const auto value = ConstantInput(node, *schema, rate);
    if (value && value->isDouble() && value->toDouble() == 0.0) return false;
  }
  for (const char* name : {"train", "training", "use_input_stats"}) {
    const auto value = ConstantInput(node, *schema, name);
    if (value && value->isBool() && !value->toBool()) return true;
  }
  return false;
}

const Node* FindSwitchedOff(const Block& block) {
  for (const Node* node : block.nodes()) {
    if (IsSwitchedOff(*node)) return node;
    for (const Block* inner : node->blocks()) {
      if (const Node* found = FindSwitchedOff(*inner)) return found;
    }
  }
  return nullptr;
}

}  // namespace

void RequireTrainable(const torch::jit::Module& module) {
  if (!module.hasattr("training") && module.parameters().size() == 0) {
    throw Error("ERR_NOT_TRAINABLE",
                "train: the module has no parameters and no training mode: a frozen module's "
                "weights are constants of its graph. Train the module that it was frozen from, "
                "and freeze that again");
  }
  // What quantization-aware training switched off is to stay off.
  if (IsPreparedForQat(module)) return;
  for (const auto& entry : module.named_modules()) {
    for (const torch::jit::Method& method : entry.value.get_methods()) {
      const auto* function = torch::jit::tryToGraphFunction(method.function());
      if (function == nullptr) continue;
      const Node* found = FindSwitchedOff(*function->graph()->block());
      if (found == nullptr) continue;
      throw Error("ERR_NOT_TRAINABLE",
                  "train: " + (entry.name.empty() ? "the module" : "'" + entry.name + "'") +
                      " calls " + found->kind().toQualString() +
                      " with training switched off: that was written down when the module was "
                      "traced, and no mode changes it. Export it with "
                      "torch.jit.script(model).save('model.pt'); or train it as it is, in "
                      "evaluation mode, within enableGrad");
    }
  }
}

}  // namespace libtorch_node::core

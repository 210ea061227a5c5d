#include "core/quantization/computed_weight.h"

#include <ATen/core/stack.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <exception>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/quantization/layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

class Evaluator {
 public:
  explicit Evaluator(const Module& prepared) : prepared_(prepared) {}

  std::optional<c10::IValue> Of(const Value* value, int depth = 0) {
    constexpr int kDeepest = 32;
    const auto known = values_.find(value);
    if (known != values_.end()) return known->second;
    if (auto constant = torch::jit::toIValue(value)) return constant;
    if (value->node()->kind() == c10::prim::GetAttr) {
      at::Tensor weight = WeightOf(prepared_, value);
      return weight.defined() ? std::optional<c10::IValue>(std::move(weight)) : std::nullopt;
    }
    if (depth > kDeepest || !Run(value->node(), depth)) return std::nullopt;
    return values_.at(value);
  }

 private:
  bool Run(const Node* node, int depth) {
    if (node->inputs().empty() || !node->blocks().empty() || node->hasSideEffects() ||
        node->isNondeterministic() || WritesInto(node)) {
      return false;
    }
    torch::jit::Stack stack;
    for (const Value* input : node->inputs()) {
      auto value = Of(input, depth + 1);
      if (!value) return false;
      stack.push_back(std::move(*value));
    }
    if (!Execute(node, stack)) return false;
    if (stack.size() != node->outputs().size()) return false;
    for (std::size_t i = 0; i < stack.size(); ++i) values_[node->output(i)] = std::move(stack[i]);
    return true;
  }

  /// Lists are the interpreter's own, not operators.
  static bool Execute(const Node* node, torch::jit::Stack& stack) {
    if (node->kind() == c10::prim::ListConstruct) {
      c10::impl::GenericList list(
          node->output()->type()->expectRef<c10::ListType>().getElementType());
      for (c10::IValue& element : stack) list.push_back(std::move(element));
      stack = {c10::IValue(std::move(list))};
      return true;
    }
    if (node->kind() == c10::prim::ListUnpack) {
      const c10::IValue list = std::move(stack.at(0));
      stack = list.toListRef().vec();
      return true;
    }
    const torch::jit::Operator* op = node->maybeOperator();
    if (op == nullptr) return false;
    op->getOperation(node)(stack);
    return true;
  }

  static bool WritesInto(const Node* node) {
    const auto* schema = node->maybeSchema();
    return schema != nullptr && schema->is_mutable();
  }

  const Module& prepared_;
  std::unordered_map<const Value*, c10::IValue> values_;
};

}  // namespace

at::Tensor ComputedWeightOf(const Module& prepared, const Value* value) {
  at::Tensor weight = WeightOf(prepared, value);
  if (weight.defined()) return weight;
  try {
    const auto found = Evaluator(prepared).Of(value);
    return found && found->isTensor() ? found->toTensor() : at::Tensor();
  } catch (const std::exception&) {
    return {};  // it would fail when it runs, too
  }
}

}  // namespace libtorch_node::core

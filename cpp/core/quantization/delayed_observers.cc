#include "core/quantization/delayed_observers.h"

#include <ATen/core/jit_type.h>
#include <ATen/core/symbol.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

bool IsOneOf(const Node* node, std::initializer_list<std::string_view> kinds) {
  const std::string_view kind = node->kind().toQualString();
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool IsObserver(const Node* node) {
  return node->kind() == c10::prim::CallMethod && node->inputs().size() == 2 &&
         node->input(0)->node()->kind() == c10::prim::GetAttr &&
         node->input(0)->node()->s(c10::attr::name).rfind("_observer_", 0) == 0;
}

/// LibTorch knows no quantized operator for a one-dimensional batch norm and its relu.
bool IsFlatBatchNorm(const Node* node) {
  if (!IsOneOf(node, {"aten::batch_norm"})) return false;
  const Node* weight = node->input(1)->node();
  if (weight->kind() != c10::prim::GetAttr) return false;
  const auto owner = weight->input(0)->type()->cast<c10::ClassType>();
  return owner && owner->name() &&
         owner->name()->qualifiedName().find("BatchNorm1d") != std::string::npos;
}

/// The relu that alone uses what the observer has seen of a convolution or batch norm.
Node* ReluAfter(const Node* observer) {
  const Value* seen = observer->input(1);
  if (!IsOneOf(seen->node(), {"aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::batch_norm"}))
    return nullptr;
  if (IsFlatBatchNorm(seen->node())) return nullptr;
  const auto& uses = observer->output()->uses();
  if (seen->uses().size() != 1 || uses.size() != 1) return nullptr;
  Node* user = uses[0].user;
  const bool follows = user->owningBlock() == observer->owningBlock();
  return follows && IsOneOf(user, {"aten::relu", "aten::relu_"}) ? user : nullptr;
}

void Collect(Block* block, const std::function<bool(const Node*)>& wanted,
             std::vector<Node*>& found) {
  for (Node* node : block->nodes()) {
    if (wanted(node)) found.push_back(node);
    for (Block* inner : node->blocks()) Collect(inner, wanted, found);
  }
}

}  // namespace

void DelayObservers(torch::jit::Graph& graph) {
  std::vector<Node*> observers;
  Collect(
      graph.block(),
      [](const Node* node) { return IsObserver(node) && ReluAfter(node) != nullptr; }, observers);
  for (Node* observer : observers) {
    Node* relu = ReluAfter(observer);
    relu->replaceInput(0, observer->input(1));
    observer->moveAfter(relu);
    observer->replaceInput(1, relu->output());
    relu->output()->replaceAllUsesAfterNodeWith(observer, observer->output());
  }
}

void UnobserveStatistics(torch::jit::Graph& graph) {
  std::vector<Node*> norms;
  Collect(
      graph.block(),
      [](const Node* node) { return IsOneOf(node, {"aten::batch_norm", "aten::instance_norm"}); },
      norms);
  for (Node* norm : norms) {
    for (std::size_t i = 1; i <= 4; ++i) {
      Node* observer = norm->input(i)->node();
      if (!IsObserver(observer)) continue;
      norm->replaceInput(i, observer->input(1));
      if (observer->output()->uses().empty()) observer->destroy();
    }
  }
}

}  // namespace libtorch_node::core

#include "core/quantization/weight_writes.h"

#include <algorithm>

#include "core/quantization/layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

}  // namespace

WeightWrites::WeightWrites(torch::jit::Module prepared)
    : prepared_(std::move(prepared)), aliases_(prepared_.get_method("forward").graph()) {
  Collect(prepared_.get_method("forward").graph()->block());
}

bool WeightWrites::MayChange(const Value* weight) const {
  const Node* node = weight->node();
  if (node->kind() == c10::prim::GetAttr) {
    const auto type = node->input(0)->type()->cast<c10::ClassType>();
    if (assigned_.contains({type, node->s(c10::attr::name)})) return true;
  }
  // All that modules hold counts as one to LibTorch.
  const at::Tensor own = WeightOf(prepared_, weight);
  return std::any_of(written_.begin(), written_.end(), [&](Value* written) {
    if (!aliases_.mayAlias(written, const_cast<Value*>(weight))) return false;
    if (!own.defined()) return true;
    const at::Tensor other = AttributeBehind(written);
    return !other.defined() || other.is_alias_of(own);
  });
}

void WeightWrites::Collect(Block* block) {
  for (Node* node : block->nodes()) {
    if (node->kind() == c10::prim::SetAttr) {
      assigned_.emplace(node->input(0)->type()->cast<c10::ClassType>(), node->s(c10::attr::name));
    } else if (const auto* schema = node->maybeSchema()) {
      const auto& arguments = schema->arguments();
      for (std::size_t i = 0; i < std::min(arguments.size(), node->inputs().size()); ++i) {
        const auto* alias = arguments[i].alias_info();
        if (alias != nullptr && alias->isWrite()) written_.push_back(node->input(i));
      }
    }
    for (Block* inner : node->blocks()) Collect(inner);
  }
}

/// Of the attribute, or of a view of it.
at::Tensor WeightWrites::AttributeBehind(const Value* value) const {
  constexpr int kFarthest = 32;
  for (int step = 0; step < kFarthest; ++step) {
    at::Tensor tensor = WeightOf(prepared_, value);
    if (tensor.defined()) return tensor;
    const auto* schema = value->node()->maybeSchema();
    if (schema == nullptr || schema->arguments().empty() || schema->returns().size() != 1) break;
    const auto* from = schema->arguments()[0].alias_info();
    const auto* to = schema->returns()[0].alias_info();
    if (from == nullptr || to == nullptr || from->beforeSets() != to->beforeSets()) break;
    value = value->node()->input(0);
  }
  return {};
}

}  // namespace libtorch_node::core

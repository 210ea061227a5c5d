#include "core/mobile/prepack.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/graph_rewrite_helper.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/mobile/packing.h"

namespace libtorch_node::core {
namespace {

using c10::IValue;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

/// The node that bounds a layer's result.
struct Clamp {
  Node* node = nullptr;
  IValue min;
  IValue max;
};

/// A number, None, or nothing for what is no constant.
std::optional<IValue> ConstantBound(Node* node, const char* name) {
  if (!node->hasNamedInput(name)) return std::nullopt;
  auto known = torch::jit::toIValue(node->namedInput(name));
  if (!known || !(known->isNone() || known->isInt() || known->isDouble())) return std::nullopt;
  return known;
}

Clamp Between(Node* node, const char* min, const char* max) {
  const auto low = ConstantBound(node, min);
  const auto high = ConstantBound(node, max);
  if (!low || !high || (low->isNone() && high->isNone())) return {};
  if (low->isNone() || high->isNone()) return {node, *low, *high};
  // Also false for what is not a number.
  const bool rising = low->toScalar().toDouble() < high->toScalar().toDouble();
  return rising ? Clamp{node, *low, *high} : Clamp{};
}

/// What follows a layer, when nothing else sees the layer's result.
Clamp ClampAfter(Node* layer) {
  const auto& uses = layer->output()->uses();
  if (uses.size() != 1 || uses[0].offset != 0) return {};
  Node* node = uses[0].user;
  if (node->owningBlock() != layer->owningBlock()) return {};
  switch (node->kind()) {
    case c10::aten::relu:
    case c10::aten::relu_:
      return {node, 0.0, IValue()};
    case c10::aten::relu6:
    case c10::aten::relu6_:
      return {node, 0.0, 6.0};
    case c10::aten::hardtanh:
    case c10::aten::hardtanh_:
      return Between(node, "min_val", "max_val");
    case c10::aten::clamp:
    case c10::aten::clamp_:
      return Between(node, "min", "max");
    default:
      return {};
  }
}

/// Nothing where XNNPACK itself refuses it.
std::optional<IValue> MakeContext(const Packing& packing, const Clamp& clamp) {
  torch::jit::Stack stack = packing.arguments;
  stack.push_back(clamp.min);
  stack.push_back(clamp.max);
  const std::string name = "prepacked::" + packing.name + "_prepack";
  try {
    c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), "").callBoxed(stack);
  } catch (const c10::Error&) {
    return std::nullopt;
  }
  return std::move(stack.back());
}

/// Where shapes are known: XNNPACK takes images in batches.
bool IsUnbatched(const Node* layer, const Value* input) {
  if (layer->kind() == c10::aten::linear || layer->kind() == c10::aten::addmm) return false;
  const auto type = input->type()->cast<c10::TensorType>();
  const std::size_t batched = layer->kind() == c10::aten::conv1d ? 3 : 4;
  return type && type->dim() && *type->dim() != batched;
}

Value* Call(Node* like, const std::string& name, at::ArrayRef<Value*> inputs) {
  Graph& graph = *like->owningGraph();
  Node* node = graph.create(c10::Symbol::fromQualString(name), inputs);
  node->setSourceRange(like->sourceRange());
  node->setScope(like->scope());
  return graph.insertNode(node)->output();
}

void Replace(Node* layer, const Packing& packing) {
  Graph& graph = *layer->owningGraph();
  Value* input = layer->input(layer->kind() == c10::aten::addmm ? 1 : 0);
  if (IsUnbatched(layer, input)) return;
  const Clamp clamp = ClampAfter(layer);
  const auto context = MakeContext(packing, clamp);
  if (!context) return;
  const torch::jit::WithInsertPoint place(layer);
  const bool is_1d = layer->kind() == c10::aten::conv1d;
  // Counted from behind: it may be no batch.
  if (is_1d) input = Call(layer, "aten::unsqueeze", {input, graph.insertConstant(-2)});
  Value* output =
      Call(layer, "prepacked::" + packing.name + "_run", {input, graph.insertConstant(*context)});
  if (is_1d) output = Call(layer, "aten::squeeze", {output, graph.insertConstant(-2)});
  Node* last = clamp.node == nullptr ? layer : clamp.node;
  last->output()->replaceAllUsesWith(output);
  if (clamp.node != nullptr) clamp.node->destroy();
  layer->destroy();
}

void CollectNodes(Block* block, std::vector<Node*>& nodes) {
  for (Node* node : block->nodes()) {
    nodes.push_back(node);
    for (Block* inner : node->blocks()) CollectNodes(inner, nodes);
  }
}

}  // namespace

void Prepack(const std::shared_ptr<Graph>& graph, bool conv1d_to_2d) {
  std::shared_ptr<Graph> rewritten = graph;
  torch::jit::graph_rewrite_helper::replaceConvolutionWithAtenConv(rewritten);
  std::vector<Node*> nodes;
  CollectNodes(graph->block(), nodes);
  std::vector<std::pair<Node*, Packing>> layers;
  for (Node* node : nodes) {
    if (auto packing = ReadPacking(node, conv1d_to_2d)) layers.emplace_back(node, *packing);
  }
  for (const auto& [layer, packing] : layers) Replace(layer, packing);
}

}  // namespace libtorch_node::core

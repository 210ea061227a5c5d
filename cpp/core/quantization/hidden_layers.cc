#include "core/quantization/hidden_layers.h"

#include <ATen/core/symbol.h>
#include <torch/csrc/jit/passes/utils/subgraph_utils.h>

#include <functional>
#include <optional>
#include <string>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Node;

/// Patterns that rewrite graphs look at attributes, but not at scopes.
constexpr const char* kMark = "libtorch_node_layer_";

std::optional<std::size_t> MarkOf(Node* node) {
  if (!node->scope() || node->scope()->isBlank()) return std::nullopt;
  const std::string name = node->scope()->name().toUnqualString();
  if (name.rfind(kMark, 0) != 0) return std::nullopt;
  return std::stoul(name.substr(std::char_traits<char>::length(kMark)));
}

void Collect(Block* block, const std::function<bool(Node*)>& wanted, std::vector<Node*>& found) {
  for (Node* node : block->nodes()) {
    if (wanted(node)) found.push_back(node);
    for (Block* inner : node->blocks()) Collect(inner, wanted, found);
  }
}

}  // namespace

void Hide(Node* node) {
  torch::jit::SubgraphUtils::createSingletonSubgraph(node, c10::prim::FunctionalGraph);
}

void ShowHidden(torch::jit::Graph& graph) {
  std::vector<Node*> found;
  Collect(
      graph.block(), [](Node* node) { return node->kind() == c10::prim::FunctionalGraph; }, found);
  for (Node* node : found) torch::jit::SubgraphUtils::unmergeSubgraph(node);
}

void MarkLayer(Node* node, std::size_t layer) {
  const auto mark = c10::Symbol::scope(kMark + std::to_string(layer));
  node->setScope(c10::make_intrusive<torch::jit::Scope>()->push(mark));
}

std::vector<std::size_t> TakeMarks(torch::jit::Graph& graph) {
  std::vector<Node*> found;
  Collect(graph.block(), [](Node* node) { return MarkOf(node).has_value(); }, found);
  std::vector<std::size_t> layers;
  for (Node* node : found) {
    if (node->kind().is_aten()) layers.push_back(*MarkOf(node));
    node->setScope(c10::make_intrusive<torch::jit::Scope>());
  }
  return layers;
}

}  // namespace libtorch_node::core

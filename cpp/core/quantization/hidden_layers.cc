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

std::vector<Node*> Marked(torch::jit::Graph& graph) {
  std::vector<Node*> found;
  Collect(graph.block(), [](Node* node) { return MarkOf(node).has_value(); }, found);
  return found;
}

std::vector<Node*> WithBlocks(torch::jit::Graph& graph) {
  std::vector<Node*> found;
  Collect(
      graph.block(), [](Node* node) { return !node->blocks().empty() && !node->outputs().empty(); },
      found);
  return found;
}

/// The pass refuses nodes that take modules: what is read of them is read before the node.
void ReadAttributesBefore(Node* node) {
  std::vector<Node*> reads;
  for (Block* block : node->blocks()) {
    Collect(block, [](Node* inner) { return inner->kind() == c10::prim::GetAttr; }, reads);
  }
  for (Node* read : reads) read->moveBefore(node);
}

}  // namespace

void Hide(Node* node) {
  torch::jit::SubgraphUtils::createSingletonSubgraph(node, c10::prim::FunctionalGraph);
}

void NameBlocks(torch::jit::Graph& graph) {
  std::size_t number = 0;
  for (Node* node : WithBlocks(graph)) {
    node->output(0)->setDebugName("libtorch_node_block_" + std::to_string(number++));
  }
}

bool HideBlocks(torch::jit::Graph& graph, const std::string& output) {
  for (Node* node : WithBlocks(graph)) {
    const std::string name = node->output(0)->debugName();
    if (name.substr(0, name.find('.')) != output) continue;
    ReadAttributesBefore(node);
    Hide(node);
    return true;
  }
  return false;
}

bool HideAllBlocks(torch::jit::Graph& graph) {
  bool hidden = false;
  for (Node* node : WithBlocks(graph)) {
    // Those inside of others go with them.
    if (node->owningBlock() != graph.block()) continue;
    ReadAttributesBefore(node);
    Hide(node);
    hidden = true;
  }
  return hidden;
}

void ShowHidden(torch::jit::Graph& graph) {
  // What is hidden may hide more.
  while (true) {
    std::vector<Node*> found;
    Collect(
        graph.block(), [](Node* node) { return node->kind() == c10::prim::FunctionalGraph; },
        found);
    if (found.empty()) return;
    for (Node* node : found) torch::jit::SubgraphUtils::unmergeSubgraph(node);
  }
}

void MarkLayer(Node* node, std::size_t layer) {
  const auto mark = c10::Symbol::scope(kMark + std::to_string(layer));
  node->setScope(c10::make_intrusive<torch::jit::Scope>()->push(mark));
}

std::vector<std::size_t> VisibleMarks(torch::jit::Graph& graph) {
  std::vector<std::size_t> layers;
  for (Node* node : Marked(graph)) layers.push_back(*MarkOf(node));
  return layers;
}

std::vector<std::size_t> TakeMarks(torch::jit::Graph& graph) {
  std::vector<std::size_t> layers;
  for (Node* node : Marked(graph)) {
    if (node->kind().is_aten()) layers.push_back(*MarkOf(node));
    node->setScope(c10::make_intrusive<torch::jit::Scope>());
  }
  return layers;
}

}  // namespace libtorch_node::core

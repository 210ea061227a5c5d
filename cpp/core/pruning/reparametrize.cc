#include "core/pruning/reparametrize.h"

#include <utility>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace attr = c10::attr;
namespace aten = c10::aten;
namespace prim = c10::prim;

/// All nodes with the graph they stand in, found before anything changes.
void Collect(Block* block, std::vector<Node*>& nodes) {
  for (Node* node : block->nodes()) {
    nodes.push_back(node);
    if (node->hasAttribute(attr::Subgraph)) Collect(node->g(attr::Subgraph)->block(), nodes);
    for (Block* inner : node->blocks()) Collect(inner, nodes);
  }
}

bool Accesses(const Node* node, c10::Symbol kind, const EditedTypes& edited, const Object* owner,
              const std::string& name) {
  if (node->kind() != kind || node->s(attr::name) != name) return false;
  const auto found = edited.find(node->input(0)->type().get());
  return found != edited.end() && found->second == owner;
}

Value* InsertRead(Node* before, const std::string& name) {
  Graph* graph = before->owningGraph();
  Node* read = graph->createGetAttr(before->input(0), name)->insertBefore(before);
  read->copyMetadata(before);
  return read->output();
}

Value* InsertProduct(Node* before, const std::string& name) {
  Value* original = InsertRead(before, OriginalName(name));
  Value* mask = InsertRead(before, MaskName(name));
  Node* product = before->owningGraph()->create(aten::mul, {original, mask})->insertBefore(before);
  product->copyMetadata(before);
  return product->output();
}

void Mask(Node* read, const std::string& name) {
  read->output()->replaceAllUsesWith(InsertProduct(read, name));
  read->destroy();
}

/// What reads the list gets one with the product in its place.
void MaskInList(Node* read, const std::string& name, const ParameterOf::InList& place) {
  Graph* graph = read->owningGraph();
  const torch::jit::WithInsertPoint insert(read);
  Value* list = InsertRead(read, place.name);
  std::vector<Value*> items;
  for (int64_t i = 0; i < place.size; ++i) {
    items.push_back(i == place.index
                        ? InsertProduct(read, name)
                        : graph->insert(aten::__getitem__, {list, graph->insertConstant(i)}));
  }
  Node* masked = graph->insertNode(graph->createList(c10::TensorType::get(), items));
  masked->copyMetadata(read);
  read->output()->replaceAllUsesWith(masked->output());
  read->destroy();
}

[[noreturn]] void Refuse(const std::string& name, const char* how) {
  throw Error("ERR_NOT_PRUNABLE", "the code of the module " + std::string(how) + " '" + name + "'");
}

/// The products that a mask is used in, directly or cast to the weight's dtype.
void CollectProducts(Value* mask, const std::string& name, std::vector<Node*>& products) {
  for (const auto& use : mask->uses()) {
    Node* user = use.user;
    if (user->kind() == aten::mul) {
      products.push_back(user);
    } else if (user->kind() == aten::to && use.offset == 0) {
      CollectProducts(user->output(), name, products);
    } else {
      Refuse(name, "does something else than masking with");
    }
  }
}

bool Reads(const Value* value, const EditedTypes& edited, const ParameterOf& parameter) {
  return Accesses(value->node(), prim::GetAttr, edited, parameter.owner,
                  OriginalName(parameter.name));
}

void Unmask(Node* mask, const EditedTypes& edited, const ParameterOf& parameter) {
  std::vector<Node*> products;
  CollectProducts(mask->output(), MaskName(parameter.name), products);
  for (Node* product : products) {
    Value* original =
        Reads(product->input(0), edited, parameter) ? product->input(0) : product->input(1);
    if (!Reads(original, edited, parameter)) {
      Refuse(MaskName(parameter.name), "multiplies another tensor with");
    }
    product->output()->replaceAllUsesWith(original);
    product->destroy();
  }
}

void DestroyUnused(Value* value) {
  const auto uses = value->uses();
  for (const auto& use : uses) DestroyUnused(use.user->output());
  value->node()->destroy();
}

}  // namespace

std::string OriginalName(const std::string& parameter) { return parameter + "_orig"; }
std::string MaskName(const std::string& parameter) { return parameter + "_mask"; }

void MaskReads(Graph& graph, const EditedTypes& edited,
               const std::vector<ParameterOf>& parameters) {
  for (const auto& [owner, name, lists] : parameters) {
    std::vector<Node*> nodes;
    Collect(graph.block(), nodes);
    for (Node* node : nodes) {
      if (Accesses(node, prim::SetAttr, edited, owner, name)) Refuse(name, "assigns to");
      if (Accesses(node, prim::GetAttr, edited, owner, name)) {
        Mask(node, name);
        continue;
      }
      for (const ParameterOf::InList& list : lists) {
        if (Accesses(node, prim::SetAttr, edited, owner, list.name)) {
          Refuse(list.name, "assigns to");
        }
        if (!Accesses(node, prim::GetAttr, edited, owner, list.name)) continue;
        MaskInList(node, name, list);
        break;
      }
    }
  }
}

void UnmaskReads(Graph& graph, const EditedTypes& edited,
                 const std::vector<ParameterOf>& parameters) {
  std::vector<Node*> nodes;
  Collect(graph.block(), nodes);
  // All are found before any is changed: a product that goes is among the nodes, too.
  std::vector<std::pair<Node*, const ParameterOf*>> masks;
  std::vector<std::pair<Node*, const ParameterOf*>> originals;
  for (Node* node : nodes) {
    for (const ParameterOf& parameter : parameters) {
      const auto& [owner, name, lists] = parameter;
      if (Accesses(node, prim::GetAttr, edited, owner, MaskName(name))) {
        masks.emplace_back(node, &parameter);
      } else if (Accesses(node, prim::GetAttr, edited, owner, OriginalName(name))) {
        originals.emplace_back(node, &parameter);
      }
    }
  }
  for (const auto& [node, parameter] : masks) Unmask(node, edited, *parameter);
  for (const auto& [node, parameter] : masks) DestroyUnused(node->output());
  for (const auto& [node, parameter] : originals) node->s_(attr::name, parameter->name);
}

}  // namespace libtorch_node::core

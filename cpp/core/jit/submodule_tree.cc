#include "core/jit/submodule_tree.h"

#include <torch/csrc/jit/api/compilation_unit.h>

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "core/jit/attribute_path.h"
#include "core/jit/own_unit.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::CompilationUnit;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

/// The attributes that a graph reads.
struct Wanted {
  bool whole = false;
  std::map<std::string, Wanted> children;
};

class WantedAttributes {
 public:
  explicit WantedAttributes(const Graph& graph) : self_(graph.inputs()[0]) { Visit(graph.block()); }

  Wanted Take() { return std::move(root_); }

 private:
  void Visit(const Block* block) {
    for (const Node* node : block->nodes()) {
      if (node->kind() == c10::prim::GetAttr) Note(node->output());
      if (node->kind() == c10::prim::SetAttr) NoteAssigned(node);
      for (const Block* inner : node->blocks()) Visit(inner);
    }
  }

  Wanted* Find(const std::vector<std::string>& path) {
    Wanted* wanted = &root_;
    for (const std::string& name : path) wanted = &wanted->children[name];
    return wanted;
  }

  void Note(const Value* value) {
    const auto path = AttributePath(value, self_);
    if (!path) return;
    Wanted* wanted = Find(*path);
    for (const auto& use : value->uses()) {
      const auto kind = use.user->kind();
      const bool looks_inside =
          kind == c10::prim::GetAttr || (kind == c10::prim::SetAttr && use.offset == 0);
      wanted->whole |= !looks_inside;
    }
  }

  void NoteAssigned(const Node* node) {
    auto path = AttributePath(node->input(0), self_);
    if (!path) return;
    path->push_back(node->s(c10::attr::name));
    Find(*path)->whole = true;
  }

  const Value* self_;
  Wanted root_;
};

Module Prune(const Module& source, const Wanted& wanted, const std::string& type_name,
             const std::shared_ptr<CompilationUnit>& unit) {
  Module pruned(c10::QualifiedName(type_name), unit, true);
  const auto type = source.type();
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const std::string& name = type->getAttributeName(slot);
    const auto found = wanted.children.find(name);
    const c10::IValue& value = source._ivalue()->getSlot(slot);
    if (found != wanted.children.end() && !found->second.whole && value.isModule()) {
      const Module child = value.toModule();
      pruned.register_module(
          name, Prune(child, found->second, child.type()->name()->qualifiedName(), unit));
    } else if (found != wanted.children.end() || name == "training") {
      pruned.register_attribute(name, type->getAttribute(slot), value, type->is_parameter(slot),
                                type->is_buffer(slot));
    }
  }
  return pruned;
}

/// The containers have other classes now.
void SetTypes(Block* block) {
  for (Node* node : block->nodes()) {
    if (node->kind() == c10::prim::GetAttr) {
      const auto type = node->input()->type()->cast<c10::ClassType>();
      if (type != nullptr) node->output()->setType(type->getAttribute(node->s(c10::attr::name)));
    }
    for (Block* inner : node->blocks()) SetTypes(inner);
  }
}

}  // namespace

Module ModuleOfGraph(const Module& source, const std::string& type_name,
                     const std::shared_ptr<Graph>& graph) {
  const auto unit = OwnUnit(source).unit();
  Module module = Prune(source, WantedAttributes(*graph).Take(), type_name, unit);
  graph->inputs()[0]->setType(module.type());
  SetTypes(graph->block());
  graph->lint();
  auto* function =
      unit->create_function(c10::QualifiedName(*module.type()->name(), "forward"), graph);
  module.type()->addMethod(function);
  return module;
}

}  // namespace libtorch_node::core

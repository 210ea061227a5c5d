#include "core/pruning/private_types.h"

#include <torch/csrc/jit/api/function_impl.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/jit/own_unit.h"
#include "core/module/plain_type_name.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::CompilationUnit;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;
namespace attr = c10::attr;
namespace prim = c10::prim;

[[noreturn]] void RefuseNode(const Node* node) {
  throw Error("ERR_NOT_PRUNABLE", std::string("the code of the module hands a module to ") +
                                      node->kind().toQualString() +
                                      ", where one type stands for several of them");
}

/// Gives the values of a graph, which are those of a copy of a method, the types that modules have
/// now, beginning with `self`.
class Retyping {
 public:
  void Run(Graph& graph, const c10::TypePtr& self) {
    Set(graph.inputs().at(0), self);
    Visit(graph.block());
  }

 private:
  void Set(Value* value, const c10::TypePtr& type) {
    value->setType(type);
    modules_.insert(value);
  }

  bool Holds(const Value* value) const { return modules_.count(value) > 0; }

  void Visit(Block* block) {
    for (Node* node : block->nodes()) Visit(node);
  }

  void Visit(Node* node) {
    if (node->kind() == prim::GetAttr) {
      Read(node);
    } else if (node->hasAttribute(attr::Subgraph)) {
      VisitSubgraph(node);
    } else {
      for (std::size_t i = 0; i < node->inputs().size(); ++i) {
        const bool receiver =
            i == 0 && (node->kind() == prim::CallMethod || node->kind() == prim::SetAttr);
        if (Holds(node->input(i)) && !receiver) RefuseNode(node);
      }
    }
    for (Block* inner : node->blocks()) {
      Visit(inner);
      for (const Value* output : inner->outputs()) {
        if (Holds(output)) RefuseNode(node);
      }
    }
  }

  void Read(Node* node) {
    if (!Holds(node->input())) return;
    const auto type = node->input()->type()->cast<c10::ClassType>();
    const auto held = type ? type->findAttribute(node->s(attr::name)) : nullptr;
    if (held && held->is_module()) Set(node->output(), held);
  }

  void VisitSubgraph(Node* node) {
    Graph& subgraph = *node->g(attr::Subgraph);
    for (std::size_t i = 0; i < node->inputs().size() && i < subgraph.inputs().size(); ++i) {
      if (Holds(node->input(i))) Set(subgraph.inputs()[i], node->input(i)->type());
    }
    Visit(subgraph.block());
  }

  std::unordered_set<const Value*> modules_;
};

class Maker {
 public:
  Maker(const ObjectEdits& edits, const RewriteGraph& rewrite,
        std::shared_ptr<CompilationUnit> unit)
      : edits_(edits), rewrite_(rewrite), unit_(std::move(unit)) {}

  /// The same object where nothing in it is edited.
  Module Make(const Module& source) {
    const Object* key = source._ivalue().get();
    const auto known = made_.find(key);
    if (known != made_.end()) return known->second;
    Module result = Changes(source) ? Remake(source) : source;
    made_.emplace(key, result);
    return result;
  }

 private:
  bool Changes(const Module& source) {
    bool changes = edits_.count(source._ivalue().get()) > 0;
    for (const c10::IValue& slot : source._ivalue()->slots()) {
      if (!slot.isModule()) continue;
      const Module child = slot.toModule();
      changes |= Make(child)._ivalue() != child._ivalue();
    }
    return changes;
  }

  Module Remake(const Module& source) {
    const auto type = source.type();
    if (!type->getForwardHooks().empty() || !type->getForwardPreHooks().empty()) {
      throw Error("ERR_NOT_PRUNABLE", "a " + PlainTypeName(type->name()->qualifiedName()) +
                                          " of the module has hooks of TorchScript");
    }
    Module made(*type->name(), unit_, true);
    const auto edit = edits_.find(source._ivalue().get());
    const bool edited = edit != edits_.end();
    if (edited) edited_.emplace(made.type().get(), edit->first);
    for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
      const std::string& name = type->getAttributeName(slot);
      if (edited && Contains(edit->second.removed, name)) continue;
      CopySlot(source, slot, made);
    }
    if (edited) AddSlots(edit->second, made);
    for (std::size_t i = 0; i < type->numConstants(); ++i) {
      made.type()->addConstant(type->getConstantName(i), type->getConstant(i));
    }
    for (torch::jit::Function* method : type->methods()) CopyMethod(*method, made);
    return made;
  }

  static bool Contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  void CopySlot(const Module& source, std::size_t slot, Module& made) {
    const auto type = source.type();
    c10::IValue value = source._ivalue()->getSlot(slot);
    c10::TypePtr declared = type->getAttribute(slot);
    if (value.isModule()) {
      const Module child = Make(value.toModule());
      // An interface says only what methods there are.
      if (declared->kind() == c10::TypeKind::ClassType) declared = child.type();
      value = child._ivalue();
    }
    made.register_attribute(type->getAttributeName(slot), declared, std::move(value),
                            type->is_parameter(slot), type->is_buffer(slot));
  }

  static void AddSlots(const ObjectEdit& edit, Module& made) {
    for (const ObjectEdit::Slot& slot : edit.added) {
      made.register_attribute(slot.name, c10::TensorType::get(), slot.value, slot.is_parameter,
                              !slot.is_parameter);
    }
  }

  void CopyMethod(torch::jit::Function& method, Module& made) {
    method.ensure_defined();
    const auto* function = torch::jit::tryToGraphFunction(method);
    if (function == nullptr) return;
    const auto graph = function->graph()->copy();
    Retyping().Run(*graph, made.type());
    rewrite_(*graph, edited_);
    auto* copy =
        unit_->create_function(c10::QualifiedName(*made.type()->name(), method.name()), graph);
    made.type()->addMethod(copy);
    const c10::TypePtr old = method.getSchema().arguments().at(0).type();
    copy->setSchema(
        method.getSchema().cloneWithRemappedTypes([&](const c10::TypePtr& given) -> c10::TypePtr {
          return given == old ? c10::TypePtr(made.type()) : given;
        }));
  }

  const ObjectEdits& edits_;
  const RewriteGraph& rewrite_;
  const std::shared_ptr<CompilationUnit> unit_;
  std::unordered_map<const Object*, Module> made_;
  EditedTypes edited_;
};

}  // namespace

Module WithPrivateTypes(const Module& root, const ObjectEdits& edits, const RewriteGraph& rewrite) {
  OwnUnit own(root);
  Module made = Maker(edits, rewrite, own.unit()).Make(root);
  own.ForgetOrigin(made);
  return made;
}

}  // namespace libtorch_node::core

#include "core/jit/scoped_inline.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/inliner.h>

#include "core/jit/attribute_path.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::GraphFunction;
using torch::jit::Node;
using torch::jit::Value;

class Inliner {
 public:
  explicit Inliner(Graph& graph) : self_(graph.inputs()[0]) { Visit(graph.block()); }

  NodeScopes Take() { return std::move(scopes_); }

 private:
  void Visit(Block* block) {
    for (Node* node = *block->nodes().begin(); node != block->return_node();) {
      GraphFunction* function = Callee(node);
      if (function != nullptr) {
        node = Inline(node, function);
        continue;
      }
      for (Block* inner : node->blocks()) Visit(inner);
      node = node->next();
    }
  }

  static GraphFunction* Callee(Node* node) {
    if (node->kind() == c10::prim::CallMethod) {
      const auto type = node->input(0)->type()->cast<c10::ClassType>();
      if (type == nullptr) return nullptr;
      auto* method = type->findMethod(node->s(c10::attr::name));
      return method == nullptr ? nullptr : torch::jit::tryToGraphFunction(*method);
    }
    return node->kind() == c10::prim::CallFunction ? torch::jit::tryToGraphFunction(node) : nullptr;
  }

  /// The first node that was put in the call's place, or what follows it.
  Node* Inline(Node* call, GraphFunction* function) {
    const std::string scope = ScopeOf(call);
    Node* before = call->prev();
    Node* after = call->next();
    // The function itself, which its body does not take.
    if (call->kind() == c10::prim::CallFunction) call->removeInput(0);
    torch::jit::inlineCallTo(call, function, false);
    for (Node* node = before->next(); node != after; node = node->next()) SetScope(node, scope);
    return before->next();
  }

  std::string ScopeOf(const Node* call) const {
    if (call->kind() == c10::prim::CallMethod) {
      const auto path = AttributePath(call->input(0), self_);
      if (path) return QualifiedName(*path);
    }
    const auto around = scopes_.find(call);
    return around == scopes_.end() ? "" : around->second;
  }

  void SetScope(const Node* node, const std::string& scope) {
    if (!scope.empty()) scopes_[node] = scope;
    for (const Block* block : node->blocks()) {
      for (const Node* inner : block->nodes()) SetScope(inner, scope);
    }
  }

  const Value* self_;
  NodeScopes scopes_;
};

}  // namespace

NodeScopes InlineWithScopes(Graph& graph) { return Inliner(graph).Take(); }

}  // namespace libtorch_node::core

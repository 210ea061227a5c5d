#include "core/pruning/shrinkable.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/error.h"
#include "core/jit/freeze.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;

void CollectOwnCalls(const Module& module, torch::jit::Block* block, std::set<std::string>& called);

void CollectOwnCalls(const Module& module, const std::string& method,
                     std::set<std::string>& called) {
  const auto* function = torch::jit::tryToGraphFunction(module.get_method(method).function());
  if (function != nullptr) CollectOwnCalls(module, function->graph()->block(), called);
}

/// The methods of the module itself that code calls.
void CollectOwnCalls(const Module& module, torch::jit::Block* block,
                     std::set<std::string>& called) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) CollectOwnCalls(module, inner, called);
    if (node->kind() != c10::prim::CallMethod) continue;
    if (*node->input(0)->type() != *module.type()) continue;
    const std::string& name = node->s(c10::attr::name);
    if (called.insert(name).second) CollectOwnCalls(module, name, called);
  }
}

bool MayHoldWeights(const c10::TypePtr& type) {
  if (type->is_module() || type->kind() == c10::TypeKind::TensorType ||
      type->kind() == c10::TypeKind::AnyType || type->kind() == c10::TypeKind::ClassType) {
    return true;
  }
  const auto parts = type->containedTypes();
  return std::any_of(parts.begin(), parts.end(), MayHoldWeights);
}

/// Others only call forward, or read labels.
bool ReadsWeights(const torch::jit::Block* block) {
  const auto nodes = block->nodes();
  return std::any_of(nodes.begin(), nodes.end(), [](const torch::jit::Node* node) {
    const auto& blocks = node->blocks();
    if (node->kind() == c10::prim::GetAttr && MayHoldWeights(node->output()->type())) return true;
    return node->hasAttribute(c10::attr::Subgraph) ||
           std::any_of(blocks.begin(), blocks.end(),
                       [](const torch::jit::Block* inner) { return ReadsWeights(inner); });
  });
}

bool ReadsWeights(torch::jit::Function& method) {
  const auto* function = torch::jit::tryToGraphFunction(method);
  return function == nullptr || ReadsWeights(function->graph()->block());
}

}  // namespace

void RequireUnfrozen(const Module& module) {
  if (!module.find_method("forward")) {
    throw Error("ERR_NO_METHOD", "prune.shrink: the module has no method 'forward'");
  }
  if (IsFrozen(module)) {
    throw Error("ERR_FROZEN",
                "prune.shrink: the module is frozen: its weights are constants of its graphs. "
                "Shrink it before freezing");
  }
}

void RequireShrinkable(const Module& module) {
  RequireUnfrozen(module);
  if (module.hasattr("training") && module.is_training()) {
    throw Error("ERR_TRAINING",
                "prune.shrink: the module is in training mode, in which batch norm does not give "
                "the same: call eval() first");
  }
  std::set<std::string> called{"forward"};
  CollectOwnCalls(module, "forward", called);
  for (const auto& method : module.get_methods()) {
    if (called.count(method.name()) > 0 || !ReadsWeights(method.function())) continue;
    throw Error("ERR_NOT_SHRINKABLE",
                std::string("prune.shrink: the module has another method, '") + method.name() +
                    "'" + ", which may need what forward can do without");
  }
}

}  // namespace libtorch_node::core

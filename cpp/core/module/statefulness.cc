#include "core/module/statefulness.h"

#include <ATen/core/alias_info.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace attr = c10::attr;
namespace prim = c10::prim;

bool IsContainer(const c10::Type& type) {
  return type.kind() == c10::TypeKind::ListType || type.kind() == c10::TypeKind::DictType;
}

bool HoldsContainer(const c10::Type& type) {
  if (IsContainer(type) || type.kind() == c10::TypeKind::AnyType) return true;
  // What an object holds is read by a node of its own.
  if (type.kind() == c10::TypeKind::ClassType) return false;
  const auto parts = type.containedTypes();
  return std::any_of(parts.begin(), parts.end(),
                     [](const c10::TypePtr& part) { return HoldsContainer(*part); });
}

bool IsFreshContainer(const Value* value) {
  const auto kind = value->node()->kind();
  return kind == prim::ListConstruct || kind == prim::DictConstruct;
}

/// The input that the node's first output is a view of; null for a new value.
const Value* ViewedInput(const Node* node, bool& known) {
  const c10::FunctionSchema* schema = node->maybeSchema();
  known = schema != nullptr;
  if (schema == nullptr || schema->returns().empty()) return nullptr;
  const c10::AliasInfo* output = schema->returns()[0].alias_info();
  if (output == nullptr) return nullptr;
  for (std::size_t i = 0; i < schema->arguments().size() && i < node->inputs().size(); ++i) {
    const c10::AliasInfo* input = schema->arguments()[i].alias_info();
    if (input != nullptr && input->beforeSets() == output->beforeSets()) return node->inputs()[i];
  }
  known = false;
  return nullptr;
}

bool MayResize(const Node* node, const c10::FunctionSchema& schema, const c10::Argument& written) {
  const std::string_view name = node->kind().toUnqualString();
  return written.is_out() || name.find("resize") != std::string_view::npos || name == "set_" ||
         !node->kind().is_aten() || schema.is_vararg();
}

bool ChangesSizes(const Node* node) {
  const torch::jit::Operator* op = node->maybeOperator();
  if (op == nullptr || !op->isC10Op()) return false;
  const auto tags = op->getTags();
  return std::find(tags.begin(), tags.end(), at::Tag::inplace_view) != tags.end();
}

class Scan {
 public:
  Scan(const std::shared_ptr<Graph>& graph, bool nested) : graph_(graph), nested_(nested) {
    Visit(*graph->block());
    effects_.stateful |= effects_.calls_out || ContainersReachAttributes();
  }

  const Effects& effects() const { return effects_; }

 private:
  void Visit(Block& block) {
    for (Node* node : block.nodes()) {
      Visit(node);
      for (Block* inner : node->blocks()) Visit(*inner);
    }
  }

  void Visit(Node* node) {
    if (node->kind() == prim::SetAttr) {
      // An object that the method itself made is no attribute yet.
      effects_.stateful |= node->input(0)->node()->kind() != prim::CreateObject;
    } else if (node->kind() == prim::GetAttr) {
      const bool own = node->input(0)->node()->kind() == prim::CreateObject;
      if (!own && HoldsContainer(*node->output()->type())) held_.push_back(node->output());
    } else if (node->kind() == prim::CallMethod || node->kind() == prim::CallFunction) {
      effects_.calls_out = true;
      effects_.writes_tensors = true;
      effects_.may_resize = true;
    }
    effects_.forks |= node->kind() == prim::fork;
    if (node->hasAttribute(attr::Subgraph)) VisitSubgraph(node->g(attr::Subgraph));
    if (const auto* schema = node->maybeSchema()) VisitWrites(node, *schema);
  }

  void VisitWrites(Node* node, const c10::FunctionSchema& schema) {
    const auto& arguments = schema.arguments();
    for (std::size_t i = 0; i < arguments.size() && i < node->inputs().size(); ++i) {
      const c10::AliasInfo* alias = arguments[i].alias_info();
      if (alias == nullptr || !alias->isWrite()) continue;
      Value* written = node->inputs()[i];
      if (IsContainer(*written->type())) {
        if (!IsFreshContainer(written)) written_.push_back(written);
      } else {
        const bool attribute = MayBeAttribute(written);
        const bool resizes = MayResize(node, schema, arguments[i]);
        effects_.writes_tensors |= attribute;
        const bool reshapes = attribute && (resizes || ChangesSizes(node));
        effects_.may_resize |= resizes;
        effects_.stateful |= reshapes;
        effects_.reshapes_parameters |= reshapes && MayBeParameter(written);
      }
    }
  }

  void VisitSubgraph(const std::shared_ptr<Graph>& subgraph) {
    const auto inlined = subgraph->copy();
    torch::jit::Inline(*inlined);
    const Effects inner = Scan(inlined, true).effects();
    effects_.stateful |= inner.stateful;
    effects_.writes_tensors |= inner.writes_tensors;
    effects_.may_resize |= inner.may_resize;
    effects_.reshapes_parameters |= inner.reshapes_parameters;
    effects_.forks |= inner.forks;
    effects_.calls_out |= inner.calls_out;
  }

  /// Whether a tensor may be one that an attribute holds.
  bool MayBeAttribute(const Value* tensor) const {
    while (tensor->node()->kind() != prim::Param) {
      bool known = false;
      const Value* viewed = ViewedInput(tensor->node(), known);
      if (!known) return true;
      if (viewed == nullptr) return false;
      tensor = viewed;
    }
    return !IsArgument(tensor);
  }

  /// Whether an attribute's tensor may be a parameter's.
  static bool MayBeParameter(const Value* tensor) {
    bool known = true;
    while (tensor->node()->kind() != prim::GetAttr) {
      const Value* viewed = ViewedInput(tensor->node(), known);
      if (!known || viewed == nullptr) return true;
      tensor = viewed;
    }
    const auto* type = tensor->node()->input(0)->type()->castRaw<c10::ClassType>();
    if (type == nullptr || !type->is_module()) return true;
    const auto slot = type->findAttributeSlot(tensor->node()->s(attr::name));
    return !slot || !type->is_buffer(*slot);
  }

  /// The alias analysis is the expensive part, and most graphs do not need it.
  bool ContainersReachAttributes() const {
    if (written_.empty() || (held_.empty() && !nested_)) return false;
    if (nested_) return true;
    try {
      const torch::jit::AliasDb aliases(graph_);
      return std::any_of(written_.begin(), written_.end(), [&](Value* written) {
        return !IsArgument(written) && aliases.mayContainAlias(written, held_);
      });
    } catch (const c10::Error&) {
      return true;
    }
  }

  /// What comes from the method's caller is made for the call. A subgraph's caller is another
  /// graph.
  bool IsArgument(const Value* value) const {
    return !nested_ && value->node() == graph_->param_node();
  }

  const std::shared_ptr<Graph> graph_;
  const bool nested_;
  Effects effects_;
  std::vector<Value*> held_;     // read from attributes
  std::vector<Value*> written_;  // changed in place, and not visibly made by the method itself
};

}  // namespace

Effects EffectsOf(const std::shared_ptr<torch::jit::Graph>& graph) {
  return Scan(graph, false).effects();
}

}  // namespace libtorch_node::core

#include "core/jit/graph_data.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/jit/attribute_path.h"
#include "core/jit/observe_types.h"
#include "core/jit/scoped_inline.h"
#include "core/module/statefulness.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

/// What JavaScript can show as it is.
bool IsPlain(const c10::IValue& value) {
  if (value.isNone() || value.isBool() || value.isInt() || value.isDouble()) return true;
  if (value.isString() || value.isComplexDouble() || value.isDevice()) return true;
  if (value.isTuple()) {
    const auto& elements = value.toTupleRef().elements();
    return std::all_of(elements.begin(), elements.end(), IsPlain);
  }
  if (!value.isList()) return false;
  const auto list = value.toListRef();
  return std::all_of(list.begin(), list.end(), IsPlain);
}

std::optional<c10::IValue> ReadAttribute(const Module& module,
                                         const std::vector<std::string>& path) {
  c10::IValue value = module._ivalue();
  for (const std::string& name : path) {
    if (!value.isObject() || !value.toObjectRef().type()->hasAttribute(name)) return std::nullopt;
    value = value.toObjectRef().getAttr(name);
  }
  return value;
}

void CollectAssigned(const Block* block, std::unordered_set<std::string>& names) {
  for (const Node* node : block->nodes()) {
    if (node->kind() == c10::prim::SetAttr) names.insert(node->s(c10::attr::name));
    for (const Block* inner : node->blocks()) CollectAssigned(inner, names);
  }
}

/// Attributes that no code assigns to, as the constants that they are.
class Constants {
 public:
  Constants(const Module& module, Graph& graph) : module_(module), graph_(graph) {
    CollectAssigned(graph.block(), assigned_);
    Visit(graph.block());
  }

 private:
  void Visit(Block* block) {
    for (Node* node : block->nodes()) {
      if (node->kind() == c10::prim::GetAttr) Replace(node);
      for (Block* inner : node->blocks()) Visit(inner);
    }
  }

  void Replace(Node* node) {
    if (assigned_.count(node->s(c10::attr::name)) > 0) return;
    const auto path = AttributePath(node->output(), graph_.inputs()[0]);
    if (!path) return;
    const auto value = ReadAttribute(module_, *path);
    if (!value || !IsPlain(*value) || value->isList()) return;
    const torch::jit::WithInsertPoint here(node);
    const auto constant = torch::jit::tryInsertConstant(graph_, *value);
    if (constant) node->output()->replaceAllUsesWith(*constant);
  }

  const Module& module_;
  Graph& graph_;
  std::unordered_set<std::string> assigned_;
};

void Simplify(const Module& module, std::shared_ptr<Graph>& graph) {
  const Constants constants(module, *graph);
  torch::jit::EliminateExceptions(graph);
  torch::jit::ConstantPropagation(graph);
  torch::jit::EliminateDeadCode(graph);
}

/// On a copy of the module where running it would change it.
void Observe(const Module& module, const std::shared_ptr<Graph>& graph, torch::jit::Stack inputs) {
  const auto inlined = graph->copy();
  torch::jit::Inline(*inlined);
  const Effects effects = EffectsOf(inlined);
  const bool changes = effects.stateful || effects.writes_tensors || effects.may_resize;
  inputs.insert(inputs.begin(), (changes ? module.deepcopy() : module)._ivalue());
  ObserveTypes(graph, std::move(inputs));
}

class Reader {
 public:
  Reader(const Module& module, const Graph& graph, NodeScopes scopes)
      : module_(module), self_(graph.inputs()[0]), scopes_(std::move(scopes)) {
    data_.body = ReadBlock(graph.block());
  }

  GraphData Take() { return std::move(data_); }

 private:
  GraphBlock ReadBlock(const Block* block) {
    GraphBlock read;
    for (const Value* input : block->inputs()) read.inputs.push_back(IdOf(input));
    for (const Node* node : block->nodes()) read.nodes.push_back(ReadNode(node));
    for (const Value* output : block->outputs()) read.outputs.push_back(IdOf(output));
    return read;
  }

  GraphNode ReadNode(const Node* node) {
    GraphNode read;
    read.kind = node->kind().toQualString();
    // Constants are anybody's: passes pool them.
    const auto scope = scopes_.find(node);
    if (scope != scopes_.end() && node->kind() != c10::prim::Constant) read.scope = scope->second;
    read.target = TargetOf(node);
    read.source = SourceOf(node);
    const auto* schema = node->maybeSchema();
    for (std::size_t i = 0; i < node->inputs().size(); ++i) {
      const Value* input = node->inputs()[i];
      const bool named = schema != nullptr && i < schema->arguments().size();
      read.inputs.push_back({IdOf(input), named ? schema->arguments()[i].name() : "",
                             named && IsDefault(schema->arguments()[i], input)});
    }
    for (const Value* output : node->outputs()) read.outputs.push_back(IdOf(output));
    if (node->kind() == c10::prim::Constant) {
      auto value = torch::jit::toIValue(node->output());
      if (value && IsPlain(*value)) read.constant = std::move(value);
    }
    for (const Block* block : node->blocks()) read.blocks.push_back(ReadBlock(block));
    return read;
  }

  static bool IsDefault(const c10::Argument& argument, const Value* input) {
    if (!argument.default_value()) return false;
    const auto value = torch::jit::toIValue(input);
    return value && IsPlain(*value) && IsPlain(*argument.default_value()) &&
           *value == *argument.default_value();
  }

  std::string TargetOf(const Node* node) const {
    if (!node->hasAttribute(c10::attr::name)) return "";
    const std::string name = node->s(c10::attr::name);
    if (node->kind() != c10::prim::GetAttr && node->kind() != c10::prim::SetAttr) return name;
    auto path = AttributePath(node->input(0), self_);
    if (!path) return name;
    path->push_back(name);
    return QualifiedName(*path);
  }

  static std::optional<GraphSource> SourceOf(const Node* node) {
    auto range = node->sourceRange();
    if (auto written = range.findSourceRangeThatGenerated()) range = *written;
    const auto place = range.file_line_col();
    if (!place) return std::nullopt;
    const auto& [file, line, column] = *place;
    return GraphSource{file, line, column};
  }

  std::size_t IdOf(const Value* value) {
    const auto [found, is_new] = ids_.emplace(value, data_.values.size());
    if (is_new) data_.values.push_back(Describe(value));
    return found->second;
  }

  GraphValue Describe(const Value* value) const {
    GraphValue described{value->debugName(), value->type()->annotation_str(), std::nullopt,
                         std::nullopt};
    if (const at::Tensor tensor = TensorOf(value); tensor.defined()) {
      described.dtype = tensor.scalar_type();
      described.shape = tensor.sizes().vec();
    } else if (const auto type = value->type()->cast<c10::TensorType>()) {
      described.dtype = type->scalarType();
      if (const auto sizes = type->sizes().sizes()) {
        described.shape.emplace();
        for (const auto& size : *sizes) described.shape->push_back(size.value_or(-1));
      }
    }
    return described;
  }

  /// A constant or an attribute, whose tensor is at hand.
  at::Tensor TensorOf(const Value* value) const {
    std::optional<c10::IValue> held;
    if (value->node()->kind() == c10::prim::Constant) held = torch::jit::toIValue(value);
    if (value->node()->kind() == c10::prim::GetAttr) {
      const auto path = AttributePath(value, self_);
      if (path) held = ReadAttribute(module_, *path);
    }
    return held && held->isTensor() ? held->toTensor() : at::Tensor();
  }

  const Module& module_;
  const Value* self_;
  const NodeScopes scopes_;
  GraphData data_;
  std::unordered_map<const Value*, std::size_t> ids_;
};

}  // namespace

GraphData ReadGraph(const Module& module, const std::string& method,
                    const GraphDataOptions& options, std::optional<torch::jit::Stack> examples) {
  auto* function = torch::jit::tryToGraphFunction(module.get_method(method).function());
  if (function == nullptr) {
    throw Error("ERR_NO_METHOD", "the method '" + method + "' is native code and has no graph");
  }
  std::shared_ptr<Graph> graph = function->graph()->copy();
  NodeScopes scopes;
  if (options.inlined) scopes = InlineWithScopes(*graph);
  if (options.simplified) Simplify(module, graph);
  if (examples) Observe(module, graph, std::move(*examples));
  return Reader(module, *graph, std::move(scopes)).Take();
}

}  // namespace libtorch_node::core

#include "core/jit/split.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/jit/attribute_path.h"
#include "core/jit/split_point.h"
#include "core/jit/submodule_tree.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

bool Assigns(const Block* block) {
  return std::any_of(block->nodes().begin(), block->nodes().end(), [](const Node* node) {
    const auto& inner = node->blocks();
    return node->kind() == c10::prim::SetAttr || std::any_of(inner.begin(), inner.end(), Assigns);
  });
}

/// Values that hold no thread, object or pointer of one process may be handed from one to the
/// other.
bool MayCross(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::ClassType:
    case c10::TypeKind::InterfaceType:
    case c10::TypeKind::FunctionType:
    case c10::TypeKind::FutureType:
    case c10::TypeKind::AwaitType:
    case c10::TypeKind::RRefType:
    case c10::TypeKind::StreamObjType:
    case c10::TypeKind::GeneratorType:
    case c10::TypeKind::CapsuleType:
    case c10::TypeKind::PyObjectType:
      return false;
    default:
      const auto contained = type->containedTypes();
      return std::all_of(contained.begin(), contained.end(), MayCross);
  }
}

/// The attributes, by qualified name, that nodes read or assign to.
struct UsedAttributes {
  UsedAttributes(const Graph& graph, const std::vector<Node*>& nodes) : self(graph.inputs()[0]) {
    for (const Node* node : nodes) Visit(node);
  }

  void Visit(const Node* node) {
    const bool assigns = node->kind() == c10::prim::SetAttr;
    if (assigns || node->kind() == c10::prim::GetAttr) {
      auto path = AttributePath(node->input(0), self);
      if (path) {
        path->push_back(node->s(c10::attr::name));
        used.insert(QualifiedName(*path));
        if (assigns) assigned.insert(QualifiedName(*path));
      }
    }
    for (const Block* block : node->blocks()) {
      for (const Node* inner : block->nodes()) Visit(inner);
    }
  }

  const Value* self;
  std::unordered_set<std::string> used;
  std::unordered_set<std::string> assigned;
};

/// What each half makes for itself: constants, and what it reads of the module.
class FreeNodes {
 public:
  explicit FreeNodes(const Graph& graph)
      : self_(graph.inputs()[0]), assigns_(Assigns(graph.block())) {}

  bool Has(const Node* node) const {
    if (node->kind() == c10::prim::Constant) return true;
    if (node->kind() != c10::prim::GetAttr) return false;
    const auto type = node->output()->type()->cast<c10::ClassType>();
    const bool is_module = type != nullptr && type->is_module();
    return (is_module || !assigns_) && AttributePath(node->output(), self_).has_value();
  }

 private:
  const Value* self_;
  const bool assigns_;  // then it matters when an attribute is read
};

/// The graph of one half, made of nodes of the whole.
class Half {
 public:
  Half(Value* self, const FreeNodes& free) : free_(free), graph_(std::make_shared<Graph>()) {
    AddInput(self);
  }

  void AddInput(Value* value) { values_[value] = graph_->addInput()->copyMetadata(value); }

  /// One input that brings them all.
  void AddInputs(const std::vector<Value*>& values) {
    if (values.size() == 1) return AddInput(values.front());
    std::vector<c10::TypePtr> types;
    for (const Value* value : values) types.push_back(value->type());
    Value* input = graph_->addInput("values")->setType(c10::TupleType::create(std::move(types)));
    Node* unpack = graph_->insertNode(graph_->createTupleUnpack(input));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values_[values[i]] = unpack->outputs()[i]->copyMetadata(values[i]);
    }
  }

  void Add(Node* node) {
    if (!free_.Has(node)) Copy(node);
  }

  std::shared_ptr<Graph> Finish(const std::vector<Value*>& outputs) {
    std::vector<Value*> own;
    for (Value* output : outputs) own.push_back(Own(output));
    if (own.size() == 1) {
      graph_->registerOutput(own.front());
    } else {
      graph_->registerOutput(graph_->insertNode(graph_->createTuple(own))->output());
    }
    return graph_;
  }

 private:
  Value* Own(Value* value) {
    const auto known = values_.find(value);
    if (known != values_.end()) return known->second;
    Copy(value->node());
    return values_.at(value);
  }

  void Copy(Node* node) {
    Node* copy = graph_->createClone(node, [this](Value* value) { return Own(value); });
    graph_->insertNode(copy);
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      values_[node->outputs()[i]] = copy->outputs()[i];
    }
  }

  const FreeNodes& free_;
  const std::shared_ptr<Graph> graph_;
  std::unordered_map<const Value*, Value*> values_;
};

class Splitter {
 public:
  Splitter(const Module& module, const SplitPoint& point)
      : module_(module),
        method_(module.get_method("forward")),
        graph_(torch::jit::toGraphFunction(method_.function()).graph()->copy()),
        cut_(FindSplitPoint(*graph_, point)),
        free_(*graph_) {
    bool after = false;
    for (Node* node : graph_->nodes()) {
      after |= node == cut_;
      (after ? tail_ : head_).push_back(node);
    }
  }

  SplitParts Split() {
    CheckState();
    const std::vector<Value*> crossing = Crossing();
    Half head(graph_->inputs()[0], free_);
    for (std::size_t i = 1; i < graph_->inputs().size(); ++i) head.AddInput(graph_->inputs()[i]);
    for (Node* node : head_) head.Add(node);
    Half tail(graph_->inputs()[0], free_);
    tail.AddInputs(crossing);
    for (Node* node : tail_) tail.Add(node);
    const std::string name = module_.type()->name()->qualifiedName();
    SplitParts parts{ModuleOfGraph(module_, name + "Head", head.Finish(crossing)),
                     ModuleOfGraph(module_, name + "Tail", tail.Finish(graph_->outputs().vec()))};
    KeepArguments(parts.head);
    return parts;
  }

 private:
  /// Each half has the containers of what it uses for itself: state in them cannot be in both.
  void CheckState() const {
    const UsedAttributes head(*graph_, head_);
    const UsedAttributes tail(*graph_, tail_);
    for (const auto& [first, second] : {std::pair(&head, &tail), std::pair(&tail, &head)}) {
      for (const std::string& name : first->assigned) {
        if (second->used.count(name) == 0) continue;
        throw Error("ERR_NOT_SPLITTABLE", "split: forward assigns to the attribute '" + name +
                                              "', which is used on both sides of this point");
      }
    }
  }

  /// What the head has and the tail needs, in the order in which it is made.
  std::vector<Value*> Crossing() const {
    std::unordered_set<const Value*> needed;
    const std::function<void(const Node*)> note = [&](const Node* node) {
      for (const Value* input : node->inputs()) needed.insert(input);
      for (const Block* block : node->blocks()) {
        for (const Node* inner : block->nodes()) note(inner);
        note(block->return_node());
      }
    };
    for (const Node* node : tail_) note(node);
    note(graph_->return_node());
    std::vector<Value*> crossing;
    const auto add = [&](Value* value) {
      if (needed.count(value) == 0) return;
      CheckMayCross(value);
      crossing.push_back(value);
    };
    for (std::size_t i = 1; i < graph_->inputs().size(); ++i) add(graph_->inputs()[i]);
    for (const Node* node : head_) {
      if (free_.Has(node)) continue;
      for (Value* output : const_cast<Node*>(node)->outputs()) add(output);
    }
    if (crossing.empty()) {
      throw Error("ERR_NOT_SPLITTABLE",
                  "split: nothing that is computed before this point is used behind it");
    }
    return crossing;
  }

  static void CheckMayCross(const Value* value) {
    if (MayCross(value->type())) return;
    throw Error("ERR_NOT_SPLITTABLE", "split: the value '" + value->debugName() + "' of type " +
                                          value->type()->annotation_str() +
                                          " is made before this point and used behind it: it "
                                          "cannot be handed from one module to another");
  }

  /// Names and defaults, which graphs do not have.
  void KeepArguments(Module& head) const {
    auto& function = head.get_method("forward").function();
    std::vector<c10::Argument> arguments = method_.function().getSchema().arguments();
    arguments[0] = c10::Argument("self", head.type());
    function.setSchema(
        c10::FunctionSchema("forward", "", std::move(arguments), function.getSchema().returns()));
  }

  const Module& module_;
  const torch::jit::Method method_;
  const std::shared_ptr<Graph> graph_;
  Node* const cut_;
  const FreeNodes free_;
  std::vector<Node*> head_;
  std::vector<Node*> tail_;
};

}  // namespace

SplitParts Split(const Module& module, const SplitPoint& point) {
  const auto forward = module.find_method("forward");
  if (!forward) throw Error("ERR_NO_METHOD", "split: the module has no method 'forward'");
  if (torch::jit::tryToGraphFunction(forward->function()) == nullptr) {
    throw Error("ERR_NOT_SPLITTABLE", "split: forward is native code and has no graph");
  }
  return Splitter(module, point).Split();
}

}  // namespace libtorch_node::core

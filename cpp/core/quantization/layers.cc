#include "core/quantization/layers.h"

#include <ATen/core/symbol.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

struct Kind {
  const char* op;
  const char* name;
  /// Which argument is the weight; recurrent layers take a list of them.
  std::size_t weight;
};

constexpr Kind kKinds[] = {
    {"aten::linear", "linear", 1},
    {"aten::conv1d", "conv1d", 1},
    {"aten::conv2d", "conv2d", 1},
    {"aten::conv3d", "conv3d", 1},
    {"aten::conv_transpose1d", "convTranspose1d", 1},
    {"aten::conv_transpose2d", "convTranspose2d", 1},
    {"aten::conv_transpose3d", "convTranspose3d", 1},
    {"aten::embedding", "embedding", 0},
    {"aten::embedding_bag", "embeddingBag", 0},
    {"aten::lstm", "lstm", 2},
    {"aten::gru", "gru", 2},
    {"aten::rnn_tanh", "rnnTanh", 2},
    {"aten::rnn_relu", "rnnRelu", 2},
    {"aten::lstm_cell", "lstmCell", 2},
    {"aten::gru_cell", "gruCell", 2},
};

/// aten::_convolution says its kind by the length of its stride.
const char* ConvolutionKind(const Node* node) {
  const auto stride = torch::jit::toIValue(node->input(3));
  const auto transposed = torch::jit::toIValue(node->input(6));
  if (!stride || !stride->isIntList() || !transposed || !transposed->isBool()) return nullptr;
  constexpr const char* kPlain[] = {"conv1d", "conv2d", "conv3d"};
  constexpr const char* kTransposed[] = {"convTranspose1d", "convTranspose2d", "convTranspose3d"};
  const std::size_t dimensions = stride->toIntList().size();
  if (dimensions < 1 || dimensions > 3) return nullptr;
  return (transposed->toBool() ? kTransposed : kPlain)[dimensions - 1];
}

struct Found {
  std::string kind;
  const Value* weight;
};

std::optional<Found> KindOf(const Node* node) {
  const std::string_view op = node->kind().toQualString();
  if (op == "aten::_convolution") {
    const char* kind = ConvolutionKind(node);
    if (kind == nullptr) return std::nullopt;
    return Found{kind, node->input(1)};
  }
  for (const Kind& kind : kKinds) {
    if (op != kind.op) continue;
    const bool is_list = kind.weight == 2 && !op.ends_with("_cell");
    const Value* weight = node->input(is_list ? WeightListOf(node) : kind.weight);
    const Node* list = weight->node();
    if (list->kind() == c10::prim::ListConstruct) {
      if (list->inputs().empty()) return std::nullopt;
      weight = list->input(0);
    }
    return Found{kind.name, weight};
  }
  return std::nullopt;
}

/// What an observer or a FakeQuantize module is shown, where the value comes from one.
const Value* BehindObserver(const Value* value) {
  const Node* node = value->node();
  return node->kind() == c10::prim::CallMethod && node->inputs().size() == 2 ? node->input(1)
                                                                             : value;
}

/// 'encoder.layers.0.linear1.weight', or nothing for what is no attribute.
std::string PathOf(const Value* value, const Value* self) {
  std::string path;
  value = BehindObserver(value);
  while (value->node()->kind() == c10::prim::GetAttr) {
    const std::string& name = value->node()->s(c10::attr::name);
    path = path.empty() ? name : name + "." + path;
    value = value->node()->input(0);
  }
  return value == self ? path : std::string();
}

/// The attribute that a computed weight is made of, or nothing.
std::string OriginOf(const Value* value, const Value* self, int steps = 0) {
  constexpr int kFarthest = 16;
  if (steps > kFarthest) return {};
  if (value->node()->kind() == c10::prim::GetAttr) return PathOf(value, self);
  for (const Value* input : value->node()->inputs()) {
    std::string path = OriginOf(input, self, steps + 1);
    if (!path.empty()) return path;
  }
  return {};
}

/// The path of the module whose code was inlined, as the calls named it.
std::string CallerOf(const Node* node) {
  std::string path;
  auto frame = node->callstack();
  while (frame && *frame) {
    if (const auto instance = (*frame)->module_instance()) {
      const std::string name = instance->instance_name();
      if (!name.empty() && name != "SELF" && name != "INSTANCE_NAME_UNKNOWN") {
        path += (path.empty() ? "" : ".") + name;
      }
    }
    frame = (*frame)->callee();
  }
  return path;
}

class Finder {
 public:
  explicit Finder(const Value* self) : self_(self) {}

  void Visit(Block* block) {
    for (Node* node : block->nodes()) {
      if (auto found = KindOf(node)) Add(node, *found);
      for (Block* inner : node->blocks()) Visit(inner);
    }
  }

  std::vector<LayerUse> Take() { return std::move(uses_); }

 private:
  void Add(Node* node, const Found& found) {
    std::string path = PathOf(found.weight, self_);
    const std::pair<std::string, std::string> key{
        found.kind, path.empty() ? "%" + found.weight->debugName() : path};
    const auto known = places_.find(key);
    if (known != places_.end()) {
      uses_[known->second].nodes.push_back(node);
      return;
    }
    places_.emplace(key, uses_.size());
    if (path.empty()) path = OriginOf(found.weight, self_);
    const auto dot = path.rfind('.');
    std::string name = dot == std::string::npos ? path : path.substr(0, dot);
    if (name.empty()) name = CallerOf(node);
    uses_.push_back({{Unique(std::move(name), found.kind), found.kind}, {node}});
  }

  std::string Unique(std::string name, const std::string& kind) {
    if (!name.empty() && names_.insert(name).second) return name;
    const std::string stem = (name.empty() ? kind : name) + "_";
    for (std::size_t number = name.empty() ? 0 : 1;; ++number) {
      name = stem + std::to_string(number);
      if (names_.insert(name).second) return name;
    }
  }

  const Value* const self_;
  std::vector<LayerUse> uses_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  std::set<std::string> names_;
};

}  // namespace

std::size_t WeightListOf(const Node* node) {
  // What follows it says whether there are biases.
  return node->input(3)->type()->kind() == c10::TypeKind::BoolType ? 2 : 3;
}

std::vector<LayerUse> FindLayers(const Module& prepared) {
  const auto graph = prepared.get_method("forward").graph();
  Finder finder(graph->inputs()[0]);
  finder.Visit(graph->block());
  return finder.Take();
}

std::vector<QuantizableLayer> QuantizableLayers(const Module& prepared) {
  std::vector<QuantizableLayer> layers;
  for (LayerUse& use : FindLayers(prepared)) layers.push_back(std::move(use.layer));
  return layers;
}

at::Tensor WeightOf(const Module& prepared, const Value* value) {
  if (const auto constant = torch::jit::toIValue(value)) {
    return constant->isTensor() ? constant->toTensor() : at::Tensor();
  }
  std::vector<std::string> names;
  while (value->node()->kind() == c10::prim::GetAttr) {
    names.push_back(value->node()->s(c10::attr::name));
    value = value->node()->input(0);
  }
  const auto graph = prepared.get_method("forward").graph();
  if (names.empty() || value != graph->inputs()[0]) return {};
  c10::IValue current = prepared._ivalue();
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    current = current.toObjectRef().getAttr(*name);
  }
  return current.isTensor() ? current.toTensor() : at::Tensor();
}

}  // namespace libtorch_node::core

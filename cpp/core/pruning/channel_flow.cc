#include "core/pruning/channel_flow.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/fuse_linear.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/pruning/channel_ops.h"
#include "core/quantization/layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::toIValue;
using torch::jit::Value;
namespace aten = c10::aten;
namespace prim = c10::prim;

/// A value whose channels are those of a group.
struct Carried {
  std::size_t group;
  at::Tensor constants;
  bool flat;  // behind a flatten
};

/// A convolution or a linear layer in the graph.
struct Layer {
  std::size_t weight;
  std::optional<std::size_t> bias;
  bool is_linear;
  bool padded;
};

class Follower {
 public:
  explicit Follower(const Module& module)
      : frozen_(torch::jit::freeze_module(module, {}, true, /*preserveParameters=*/true)) {
    FindPlaces(module);
    graph_ = frozen_.get_method("forward").graph();
    torch::jit::FuseLinear(graph_);
  }

  ChannelFlow Run() {
    CountUses(graph_->block());
    Visit(graph_->block());
    for (ChannelGroup& group : flow_.groups) BlockShared(group);
    return std::move(flow_);
  }

 private:
  using Window = std::pair<const void*, std::vector<int64_t>>;

  static Window WindowOf(const at::Tensor& tensor) {
    return {tensor.const_data_ptr(), tensor.sizes().vec()};
  }

  void FindPlaces(const Module& module) {
    for (const auto& entry : module.named_modules()) {
      const auto type = entry.value.type();
      for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
        const c10::IValue& value = entry.value._ivalue()->getSlot(slot);
        if (!value.isTensor() || !value.toTensor().defined() || !value.toTensor().has_storage() ||
            value.toTensor().numel() == 0) {
          continue;
        }
        const std::string& name = type->getAttributeName(slot);
        const auto [known, is_new] =
            indices_.emplace(WindowOf(value.toTensor()), flow_.places.size());
        // Two names for one tensor: whoever changes it changes both.
        if (!is_new) ++flow_.places[known->second].uses;
        flow_.places.push_back({entry.value, name,
                                entry.name.empty() ? name : entry.name + "." + name,
                                value.toTensor()});
      }
    }
  }

  std::optional<std::size_t> PlaceOf(const Value* value) const {
    // A bias may be declared as optional.
    const auto kind = value->type()->kind();
    if (kind != c10::TypeKind::TensorType && kind != c10::TypeKind::OptionalType) {
      return std::nullopt;
    }
    const at::Tensor tensor = WeightOf(frozen_, value);
    if (!tensor.defined() || !tensor.has_storage()) return std::nullopt;
    const auto found = indices_.find(WindowOf(tensor));
    if (found == indices_.end()) return std::nullopt;
    return found->second;
  }

  /// Also an optional attribute that is None.
  bool IsAbsent(const Value* value) const {
    if (value->mustBeNone()) return true;
    return value->node()->kind() == prim::GetAttr &&
           value->type()->kind() == c10::TypeKind::OptionalType &&
           !WeightOf(frozen_, value).defined();
  }

  void CountUses(Block* block) {
    for (Node* node : block->nodes()) {
      for (const Value* input : node->inputs()) {
        if (const auto place = PlaceOf(input)) ++flow_.places[*place].uses;
      }
      for (Block* inner : node->blocks()) CountUses(inner);
    }
  }

  void BlockShared(ChannelGroup& group) {
    const auto check = [&](std::size_t index) {
      const TensorPlace& place = flow_.places[index];
      if (place.uses > 1)
        BlockGroup(group, "'" + place.qualified_name + "' is used more than once");
    };
    for (const std::size_t place : group.places) check(place);
    for (const ChannelUse& use : group.uses) {
      check(use.weight);
      if (use.shift) check(*use.shift);
    }
  }

  static void BlockGroup(ChannelGroup& group, const std::string& reason) {
    if (group.blocked.empty()) group.blocked = reason;
  }

  void BlockAll(const Node* node, const std::string& reason) {
    for (const Value* input : node->inputs()) {
      if (const Carried* carried = Find(input)) BlockGroup(flow_.groups[carried->group], reason);
    }
  }

  const Carried* Find(const Value* value) const {
    const auto found = carried_.find(value);
    return found == carried_.end() ? nullptr : &found->second;
  }

  void Visit(Block* block) {
    for (Node* node : block->nodes()) {
      Visit(node);
      for (Block* inner : node->blocks()) Visit(inner);
    }
    BlockAll(block->return_node(), block == graph_->block()
                                       ? "they are part of what forward gives"
                                       : "they pass through a branch or a loop");
  }

  void Visit(Node* node) {
    if (const auto layer = LayerOf(node)) {
      if (const Carried* carried = Find(node->input(0))) TakeIn(node, *layer, *carried);
      GiveOut(node, *layer);
      return;
    }
    const bool takes = std::any_of(node->inputs().begin(), node->inputs().end(),
                                   [&](const Value* input) { return Find(input) != nullptr; });
    if (!takes || OnlyAsks(node)) return;
    if (const Carried* carried = Find(node->input(0))) {
      if (PassOn(node, *carried)) return;
    }
    BlockAll(node, std::string("they go into ") + node->kind().toQualString());
  }

  std::optional<Layer> LayerOf(Node* node) const {
    const bool linear = node->kind() == aten::linear;
    const bool general = node->kind() == aten::_convolution;
    const bool conv = general || node->kind() == aten::conv1d || node->kind() == aten::conv2d ||
                      node->kind() == aten::conv3d;
    if (!linear && !conv) return std::nullopt;
    const auto weight = PlaceOf(node->input(1));
    if (!weight) return std::nullopt;
    const auto bias = PlaceOf(node->input(2));
    if (!bias && !IsAbsent(node->input(2))) return std::nullopt;
    if (linear) return Layer{*weight, bias, true, false};
    const auto groups = toIValue(node->input(general ? 8 : 6));
    if (!groups || !groups->isInt() || groups->toInt() != 1) return std::nullopt;
    if (general) {
      const auto transposed = toIValue(node->input(6));
      if (!transposed || !transposed->isBool() || transposed->toBool()) return std::nullopt;
    }
    return Layer{*weight, bias, false, Pads(node->input(4))};
  }

  static bool Pads(const Value* padding) {
    const auto text = toIValue(padding);
    if (text && text->isString()) return text->toStringRef() != "valid";
    const auto sides = ConstantInts(padding);
    return !sides || std::any_of(sides->begin(), sides->end(), [](int64_t p) { return p != 0; });
  }

  std::string LayerName(std::size_t weight) const {
    const std::string& name = flow_.places[weight].qualified_name;
    const auto dot = name.rfind('.');
    return dot == std::string::npos ? name : name.substr(0, dot);
  }

  void TakeIn(Node* node, const Layer& layer, const Carried& carried) {
    ChannelGroup& group = flow_.groups[carried.group];
    const std::string name = LayerName(layer.weight);
    const int64_t inputs = flow_.places[layer.weight].tensor.size(1);
    const bool fits = layer.is_linear ? inputs % group.channels == 0 : inputs == group.channels;
    const int64_t block = fits ? inputs / group.channels : 0;
    if (!fits || layer.is_linear == (group.spatial > 0 && !carried.flat) ||
        (group.spatial == 0 && block != 1)) {
      return BlockGroup(group, "'" + name + "' takes them in another order");
    }
    ChannelUse use{name, layer.weight, layer.bias, false, block, layer.padded, carried.constants};
    if (!use.shift) {
      use.shift = MeanBehind(node);
      use.subtract = use.shift.has_value();
    }
    group.uses.push_back(std::move(use));
  }

  /// The running mean of the batch norm that alone reads the node.
  std::optional<std::size_t> MeanBehind(const Node* node) const {
    const Node* reader = nullptr;
    for (const auto& use : node->output()->uses()) {
      if (OnlyAsks(use.user)) continue;
      if (reader != nullptr || use.user->kind() != aten::batch_norm || use.offset != 0) {
        return std::nullopt;
      }
      reader = use.user;
    }
    return reader == nullptr ? std::nullopt : PlaceOf(reader->input(3));
  }

  void GiveOut(Node* node, const Layer& layer) {
    const at::Tensor weight = flow_.places[layer.weight].tensor.detach();
    ChannelGroup group;
    group.layer = LayerName(layer.weight);
    group.channels = weight.size(0);
    group.spatial = layer.is_linear ? 0 : weight.dim() - 2;
    group.empty = weight.flatten(1).ne(0).any(1).logical_not();
    group.places.push_back(layer.weight);
    at::Tensor given = at::zeros_like(group.empty, at::kDouble);
    if (layer.bias) {
      group.places.push_back(*layer.bias);
      given = flow_.places[*layer.bias].tensor.detach().to(at::kDouble);
    }
    const at::Tensor varies = at::full_like(given, std::nan(""));
    carried_[node->output()] = {flow_.groups.size(), at::where(group.empty, given, varies), false};
    flow_.groups.push_back(std::move(group));
  }

  /// False for what is not known to keep channels apart.
  bool PassOn(Node* node, const Carried& carried) {
    ChannelGroup& group = flow_.groups[carried.group];
    for (std::size_t i = 1; i < node->inputs().size(); ++i) {
      if (Find(node->input(i)) != nullptr) return false;
    }
    std::optional<Carried> result;
    if (node->kind() == aten::batch_norm) {
      result = ThroughNorm(node, carried);
    } else if (!carried.flat && Flattens(node, group.spatial)) {
      result = Carried{carried.group, carried.constants, true};
    } else if (auto through =
                   ThroughOperator(node, carried.constants, carried.flat ? 0 : group.spatial)) {
      result = Carried{carried.group, std::move(*through), carried.flat};
    }
    if (!result) return false;
    carried_[node->output(0)] = std::move(*result);
    return true;
  }

  std::optional<Carried> ThroughNorm(Node* node, const Carried& carried) {
    ChannelGroup& group = flow_.groups[carried.group];
    const auto training = toIValue(node->input(5));
    const auto eps = toIValue(node->input(7));
    if (!training || training->toBool() || !eps) return std::nullopt;
    at::Tensor tensors[4];  // weight, bias, mean, variance
    for (std::size_t i = 0; i < 4; ++i) {
      const Value* input = node->input(i + 1);
      if (i < 2 && IsAbsent(input)) continue;
      const auto place = PlaceOf(input);
      if (!place || flow_.places[*place].tensor.numel() != group.channels) return std::nullopt;
      tensors[i] = flow_.places[*place].tensor.detach().to(at::kDouble);
      group.places.push_back(*place);
    }
    at::Tensor constants =
        carried.constants.sub(tensors[2]).div(tensors[3].add(eps->toDouble()).sqrt());
    if (tensors[0].defined()) constants = constants.mul(tensors[0]);
    if (tensors[1].defined()) constants = constants.add(tensors[1]);
    // A weight of zero makes a constant of whatever comes in.
    if (tensors[0].defined()) {
      const at::Tensor still = tensors[1].defined() ? tensors[1] : at::zeros_like(tensors[0]);
      constants = at::where(tensors[0].eq(0), still, constants);
    }
    return Carried{carried.group, constants, carried.flat};
  }

  const Module frozen_;
  std::shared_ptr<torch::jit::Graph> graph_;
  std::map<Window, std::size_t> indices_;
  std::unordered_map<const Value*, Carried> carried_;
  ChannelFlow flow_;
};

}  // namespace

ChannelFlow FollowChannels(const Module& module) { return Follower(module).Run(); }

}  // namespace libtorch_node::core

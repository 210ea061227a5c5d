#include "core/pruning/channel_ops.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

namespace libtorch_node::core {
namespace {

using torch::jit::Node;
using torch::jit::toIValue;
using torch::jit::Value;
using Names = std::unordered_set<std::string>;

/// Each element from the one at its place.
const Names& Elementwise() {
  static const Names names = {"relu",        "relu6",
                              "hardtanh",    "sigmoid",
                              "tanh",        "gelu",
                              "silu",        "leaky_relu",
                              "elu",         "selu",
                              "celu",        "hardswish",
                              "hardsigmoid", "mish",
                              "softplus",    "clamp",
                              "clamp_min",   "clamp_max",
                              "dropout",     "neg",
                              "abs",         "feature_dropout",
                              "add",         "sub",
                              "mul",         "div",
                              "square"};
  return names;
}

/// A plane of one value stays one, whatever the padding.
const Names& Flat() {
  static const Names names = {"max_pool1d",          "max_pool2d",          "max_pool3d",
                              "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
                              "upsample_nearest1d",  "upsample_nearest2d",  "upsample_bilinear2d"};
  return names;
}

/// 'relu' of aten::relu and aten::relu_.
std::string NameOf(const Node* node) {
  if (!node->kind().is_aten()) return {};
  std::string name = node->kind().toUnqualString();
  if (name.ends_with('_')) name.pop_back();
  return name;
}

bool IsInPlace(const Node* node) {
  return std::string(node->kind().toUnqualString()).ends_with('_');
}

at::Tensor ConstantOnlyAt(const at::Tensor& constants, double value) {
  return constants.where(constants.eq(value), at::full_like(constants, std::nan("")));
}

/// By running it on them.
std::optional<at::Tensor> Evaluate(Node* node, const at::Tensor& constants) {
  torch::jit::Stack stack{constants.unsqueeze(0).clone()};
  for (std::size_t i = 1; i < node->inputs().size(); ++i) {
    auto value = toIValue(node->input(i));
    // Traces write numbers as tensors without dimensions.
    if (!value || (value->isTensor() && value->toTensor().dim() > 0)) return std::nullopt;
    stack.push_back(std::move(*value));
  }
  try {
    node->getOperation()(stack);
  } catch (const c10::Error&) {
    return std::nullopt;
  }
  if (stack.size() != 1 || !stack[0].isTensor()) return std::nullopt;
  const at::Tensor result = stack[0].toTensor().squeeze(0);
  if (result.sizes() != constants.sizes()) return std::nullopt;
  // Some activations make a number of NaN.
  return at::where(constants.isnan(), constants, result.to(at::kDouble));
}

std::optional<at::Tensor> ThroughAveragePool(const Node* node, const at::Tensor& constants) {
  const auto padding = ConstantInts(node->input(3));
  const bool has_divisor = node->inputs().size() > 6;
  if (!padding || (has_divisor && !node->input(6)->mustBeNone())) return std::nullopt;
  const bool pads = std::any_of(padding->begin(), padding->end(), [](int64_t p) { return p != 0; });
  const auto counts = toIValue(node->input(5));
  const bool exact = !pads || (counts && counts->isBool() && !counts->toBool());
  return exact ? constants : ConstantOnlyAt(constants, 0.0);
}

std::optional<at::Tensor> ThroughPad(const Node* node, const at::Tensor& constants,
                                     int64_t spatial) {
  const auto sides = ConstantInts(node->input(1));
  if (!sides || static_cast<int64_t>(sides->size()) > 2 * spatial) return std::nullopt;
  const auto mode = toIValue(node->input(2));
  if (!mode || !mode->isString()) return std::nullopt;
  if (mode->toStringRef() != "constant") return constants;
  const auto value = toIValue(node->input(3));
  if (!value || !(value->isNone() || value->isDouble())) return std::nullopt;
  return ConstantOnlyAt(constants, value->isNone() ? 0.0 : value->toDouble());
}

bool AveragesSpace(const Node* node, int64_t spatial, bool keeps) {
  if (NameOf(node) != "mean" || node->inputs().size() < 4 || spatial == 0) return false;
  const auto dims = ConstantInts(node->input(1));
  const auto keepdim = toIValue(node->input(2));
  if (!dims || !keepdim || !keepdim->isBool() || keepdim->toBool() != keeps) return false;
  std::unordered_set<int64_t> averaged;
  for (const int64_t dim : *dims) averaged.insert(dim < 0 ? dim + spatial + 2 : dim);
  if (averaged.count(0) > 0 || averaged.count(1) > 0) return false;
  return static_cast<int64_t>(averaged.size()) == spatial;
}

/// [x.size(0), -1], directly or as a trace has it.
bool KeepsBatchAlone(const Node* node) {
  const Node* list = node->input(1)->node();
  if (list->kind() != c10::prim::ListConstruct || list->inputs().size() != 2) return false;
  const auto rest = toIValue(list->input(1));
  if (!rest || !rest->isInt() || rest->toInt() != -1) return false;
  const Node* size = list->input(0)->node();
  while (size->kind() == c10::aten::Int || size->kind() == c10::prim::NumToTensor) {
    size = size->input(0)->node();
  }
  // The batch of another tensor may be another one.
  if (size->kind() != c10::aten::size || size->inputs().size() != 2 ||
      size->input(0) != node->input(0)) {
    return false;
  }
  const auto dim = toIValue(size->input(1));
  return dim && dim->isInt() && dim->toInt() == 0;
}

bool IsOtherDim(const Value* value) {
  const auto dim = toIValue(value);
  return dim && dim->isInt() && (dim->toInt() == 0 || dim->toInt() >= 2);
}

}  // namespace

std::optional<std::vector<int64_t>> ConstantInts(const Value* value) {
  if (const auto constant = toIValue(value)) {
    if (constant->isInt()) return std::vector<int64_t>{constant->toInt()};
    if (constant->isIntList()) return constant->toIntVector();
    return std::nullopt;
  }
  if (value->node()->kind() != c10::prim::ListConstruct) return std::nullopt;
  std::vector<int64_t> items;
  for (const Value* item : value->node()->inputs()) {
    const auto constant = toIValue(item);
    if (!constant || !constant->isInt()) return std::nullopt;
    items.push_back(constant->toInt());
  }
  return items;
}

std::optional<at::Tensor> ThroughOperator(Node* node, const at::Tensor& constants,
                                          int64_t spatial) {
  const std::string name = NameOf(node);
  // Who else reads it would see what was written.
  if (IsInPlace(node) && node->input(0)->uses().size() > 1) return std::nullopt;
  if (name == "contiguous" || name == "detach" || name == "alias") return constants;
  if (Elementwise().count(name) > 0) return Evaluate(node, constants);
  if (spatial == 0) return std::nullopt;
  if (Flat().count(name) > 0 || AveragesSpace(node, spatial, true)) return constants;
  if (name == "avg_pool1d" || name == "avg_pool2d" || name == "avg_pool3d") {
    return ThroughAveragePool(node, constants);
  }
  if (name == "pad") return ThroughPad(node, constants, spatial);
  return std::nullopt;
}

bool OnlyAsks(const Node* node) {
  const std::string name = NameOf(node);
  if (name == "dim" || node->kind() == c10::prim::dtype || node->kind() == c10::prim::device) {
    return true;
  }
  if (name != "size") return false;
  if (node->inputs().size() == 2) return IsOtherDim(node->input(1));
  const auto& uses = node->output()->uses();
  return std::all_of(uses.begin(), uses.end(), [](const torch::jit::Use& use) {
    if (use.user->kind() == c10::aten::len) return true;
    return use.user->kind() == c10::aten::__getitem__ && IsOtherDim(use.user->input(1));
  });
}

bool Flattens(const Node* node, int64_t spatial) {
  const std::string name = NameOf(node);
  if (name == "mean") return AveragesSpace(node, spatial, false);
  if (name == "view" || name == "reshape") return KeepsBatchAlone(node);
  if (name != "flatten" || node->inputs().size() != 3) return false;
  const auto start = ConstantInts(node->input(1));
  const auto end = ConstantInts(node->input(2));
  return start && end && start->at(0) == 1 && (end->at(0) == -1 || end->at(0) == spatial + 1);
}

}  // namespace libtorch_node::core

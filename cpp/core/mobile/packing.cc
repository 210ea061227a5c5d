#include "core/mobile/packing.h"

#include <ATen/ops/unsqueeze.h>
#include <torch/csrc/jit/ir/constants.h>

#include <cstdint>

namespace libtorch_node::core {
namespace {

using c10::IValue;
using torch::jit::Node;
using torch::jit::Value;
using Sizes = std::vector<std::int64_t>;

std::optional<Sizes> ConstantSizes(Node* node, const char* name) {
  Value* value = node->namedInput(name);
  if (const auto known = torch::jit::toIValue(value)) {
    return known->isIntList() ? std::optional(known->toIntVector()) : std::nullopt;
  }
  if (value->node()->kind() != c10::prim::ListConstruct) return std::nullopt;
  Sizes sizes;
  for (Value* element : value->node()->inputs()) {
    const auto known = torch::jit::toIValue(element);
    if (!known || !known->isInt()) return std::nullopt;
    sizes.push_back(known->toInt());
  }
  return sizes;
}

bool IsPackable(const at::Tensor& tensor, std::int64_t dims) {
  return tensor.defined() && tensor.layout() == at::kStrided && tensor.device().is_cpu() &&
         tensor.scalar_type() == at::kFloat && tensor.dim() == dims && tensor.numel() > 0;
}

/// Nothing where the weight is computed, or of another type than XNNPACK's.
std::optional<at::Tensor> ConstantWeight(Value* value, std::int64_t dims) {
  const auto known = torch::jit::toIValue(value);
  if (!known || !known->isTensor() || !IsPackable(known->toTensor(), dims)) return std::nullopt;
  return known->toTensor().detach();
}

/// None, or a constant of `count` values; nothing for others.
std::optional<IValue> ConstantBias(Value* value, std::int64_t count) {
  const auto known = torch::jit::toIValue(value);
  if (!known) return std::nullopt;
  if (known->isNone() || (known->isTensor() && !known->toTensor().defined())) return IValue();
  if (!known->isTensor() || !IsPackable(known->toTensor(), 1)) return std::nullopt;
  if (known->toTensor().size(0) != count) return std::nullopt;
  return IValue(known->toTensor().detach());
}

std::optional<Packing> PackLinear(Node* node) {
  const auto weight = ConstantWeight(node->namedInput("weight"), 2);
  if (!weight) return std::nullopt;
  const auto bias = ConstantBias(node->namedInput("bias"), weight->size(0));
  if (!bias) return std::nullopt;
  return Packing{"linear_clamp", {*weight, *bias}};
}

/// What older PyTorch traced for a linear layer.
std::optional<Packing> PackAddmm(Node* node) {
  const auto weight = ConstantWeight(node->namedInput("mat2"), 2);
  const auto is_one = [&](const char* name) {
    const auto factor = torch::jit::toIValue(node->namedInput(name));
    return factor && factor->isScalar() && factor->toScalar().equal(1);
  };
  if (!weight || !is_one("beta") || !is_one("alpha")) return std::nullopt;
  const auto bias = ConstantBias(node->namedInput("self"), weight->size(1));
  if (!bias || bias->isNone()) return std::nullopt;
  return Packing{"linear_clamp", {weight->t().contiguous(), *bias}};
}

std::optional<Packing> PackConvolution(Node* node, bool transposed, std::int64_t dims) {
  const auto weight = ConstantWeight(node->namedInput("weight"), dims + 2);
  const auto groups = torch::jit::toIValue(node->namedInput("groups"));
  auto stride = ConstantSizes(node, "stride");
  auto padding = ConstantSizes(node, "padding");
  auto dilation = ConstantSizes(node, "dilation");
  if (!weight || !groups || !groups->isInt() || !stride || !padding || !dilation) {
    return std::nullopt;
  }
  const std::int64_t count = groups->toInt();
  if (count < 1 || weight->size(0) % count != 0) return std::nullopt;
  const auto bias = ConstantBias(node->namedInput("bias"),
                                 transposed ? weight->size(1) * count : weight->size(0));
  if (!bias) return std::nullopt;
  if (transposed) {
    const auto output_padding = ConstantSizes(node, "output_padding");
    if (!output_padding) return std::nullopt;
    return Packing{"conv2d_transpose_clamp",
                   {*weight, *bias, *stride, *padding, *output_padding, *dilation, count}};
  }
  if (dims == 2) {
    return Packing{"conv2d_clamp", {*weight, *bias, *stride, *padding, *dilation, count}};
  }
  // A row of an image that is one pixel high.
  stride->insert(stride->begin(), 1);
  padding->insert(padding->begin(), 0);
  dilation->insert(dilation->begin(), 1);
  return Packing{"conv2d_clamp",
                 {weight->unsqueeze(2), *bias, *stride, *padding, *dilation, count}};
}

}  // namespace

std::optional<Packing> ReadPacking(Node* node, bool conv1d_to_2d) {
  switch (node->kind()) {
    case c10::aten::linear:
      return PackLinear(node);
    case c10::aten::addmm:
      return node->hasNamedInput("mat2") && node->hasNamedInput("beta") ? PackAddmm(node)
                                                                        : std::nullopt;
    case c10::aten::conv2d:
      return PackConvolution(node, false, 2);
    case c10::aten::conv_transpose2d:
      return PackConvolution(node, true, 2);
    case c10::aten::conv1d:
      return conv1d_to_2d ? PackConvolution(node, false, 1) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace libtorch_node::core

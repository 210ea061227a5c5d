#include "core/mobile/xnnpack_contexts.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace libtorch_node::core {
namespace {

constexpr const char* kLinear = "xnnpack.LinearOpContext";
constexpr const char* kConv2d = "xnnpack.Conv2dOpContext";
constexpr const char* kTransposed = "xnnpack.TransposeConv2dOpContext";

void CheckTensor(const char* name, const char* what, const at::Tensor& tensor, std::int64_t dims) {
  TORCH_CHECK(tensor.defined() && tensor.layout() == at::kStrided &&
                  tensor.scalar_type() == at::kFloat && tensor.dim() == dims && tensor.numel() > 0,
              name, ": ", what, ": expected a dense float32 tensor of ", dims, " dimensions");
}

void CheckBias(const char* name, const std::optional<at::Tensor>& bias, std::int64_t out) {
  if (!bias || !bias->defined()) return;
  CheckTensor(name, "bias", *bias, 1);
  TORCH_CHECK(bias->size(0) == out, name, ": bias: expected ", out, " values, got ", bias->size(0));
}

void CheckBounds(const char* name, const Bound& min, const Bound& max) {
  TORCH_CHECK(!(min && min->isComplex()) && !(max && max->isComplex()), name,
              ": bounds: expected real numbers");
  if (!min || !max) return;
  TORCH_CHECK(min->toDouble() < max->toDouble(), name, ": bounds: expected the lower, ",
              min->toDouble(), ", below the upper, ", max->toDouble());
}

/// One number for both directions, or two, neither below `least`.
void CheckPair(const char* name, const char* what, const Sizes& sizes, std::int64_t least) {
  const bool fits = std::all_of(sizes.begin(), sizes.end(), [least](std::int64_t size) {
    return size >= least && size <= std::numeric_limits<std::int32_t>::max();
  });
  TORCH_CHECK(fits && (sizes.size() == 1 || sizes.size() == 2), name, ": ", what,
              ": expected one or two numbers from ", least, ", got ", sizes);
}

/// `divided` is the number of channels that the groups divide.
void CheckGroups(const char* name, std::int64_t groups, std::int64_t divided) {
  TORCH_CHECK(groups > 0 && divided % groups == 0, name, ": groups: expected a divisor of ",
              divided, ", got ", groups);
}

/// The result is new: nobody else sees it change.
at::Tensor Clamped(at::Tensor result, const Bound& min, const Bound& max) {
  if (!min && !max) return result;
  if (min && !max && min->toDouble() == 0) return result.relu_();
  return result.clamp_(min, max);
}

}  // namespace

LinearContext::LinearContext(LinearState state) : state_(std::move(state)) {
  const auto& [weight, bias, min, max] = state_;
  CheckTensor(kLinear, "weight", weight, 2);
  CheckBias(kLinear, bias, weight.size(0));
  CheckBounds(kLinear, min, max);
}

at::Tensor LinearContext::Run(const at::Tensor& input) const {
  const auto& [weight, bias, min, max] = state_;
  return Clamped(at::linear(input, weight, bias), min, max);
}

Conv2dContext::Conv2dContext(Conv2dState state) : state_(std::move(state)) {
  const auto& [weight, bias, stride, padding, dilation, groups, min, max] = state_;
  CheckTensor(kConv2d, "weight", weight, 4);
  CheckGroups(kConv2d, groups, weight.size(0));
  CheckBias(kConv2d, bias, weight.size(0));
  CheckPair(kConv2d, "stride", stride, 1);
  CheckPair(kConv2d, "padding", padding, 0);
  CheckPair(kConv2d, "dilation", dilation, 1);
  CheckBounds(kConv2d, min, max);
}

at::Tensor Conv2dContext::Run(const at::Tensor& input) const {
  const auto& [weight, bias, stride, padding, dilation, groups, min, max] = state_;
  return Clamped(at::conv2d(input, weight, bias, stride, padding, dilation, groups), min, max);
}

TransposeConv2dContext::TransposeConv2dContext(TransposeConv2dState state)
    : state_(std::move(state)) {
  const auto& [weight, bias, stride, padding, output_padding, dilation, groups, min, max] = state_;
  CheckTensor(kTransposed, "weight", weight, 4);
  CheckGroups(kTransposed, groups, weight.size(0));
  CheckBias(kTransposed, bias, weight.size(1) * groups);
  CheckPair(kTransposed, "stride", stride, 1);
  CheckPair(kTransposed, "padding", padding, 0);
  CheckPair(kTransposed, "output padding", output_padding, 0);
  CheckPair(kTransposed, "dilation", dilation, 1);
  CheckBounds(kTransposed, min, max);
}

at::Tensor TransposeConv2dContext::Run(const at::Tensor& input) const {
  const auto& [weight, bias, stride, padding, output_padding, dilation, groups, min, max] = state_;
  return Clamped(
      at::conv_transpose2d(input, weight, bias, stride, padding, output_padding, groups, dilation),
      min, max);
}

}  // namespace libtorch_node::core

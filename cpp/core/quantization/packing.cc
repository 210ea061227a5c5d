#include "core/quantization/packing.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/max.h>
#include <ATen/ops/quantize_per_channel.h>
#include <ATen/ops/quantize_per_tensor.h>
#include <ATen/ops/zeros.h>

#include <limits>
#include <utility>

namespace libtorch_node::core {
namespace {

constexpr double kHalfRange = 127.5;
constexpr float kSmallestScale = std::numeric_limits<float>::epsilon();

at::Tensor ScaleOf(const at::Tensor& least, const at::Tensor& greatest) {
  const at::Tensor extent = at::max(at::clamp_max(least, 0).neg(), at::clamp_min(greatest, 0));
  return at::clamp_min(extent.div(kHalfRange), kSmallestScale);
}

}  // namespace

at::Tensor QuantizeWeight(const at::Tensor& weight, bool per_channel) {
  const at::Tensor plain = weight.contiguous();
  if (!per_channel) {
    const at::Tensor scale = ScaleOf(plain.amin(), plain.amax());
    return at::quantize_per_tensor(plain, scale.item<float>(), 0, at::kQInt8);
  }
  const at::Tensor rows = plain.flatten(1);
  const at::Tensor scales = ScaleOf(at::amin(rows, {1}), at::amax(rows, {1}));
  const at::Tensor zeros = at::zeros({scales.size(0)}, at::kLong);
  return at::quantize_per_channel(plain, scales, zeros, 0, at::kQInt8);
}

c10::IValue CallOperator(const char* name, std::vector<c10::IValue> arguments) {
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow(name, "");
  op.callBoxed(arguments);
  return std::move(arguments.at(0));
}

c10::IValue PackLinear(const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                       const DynamicOptions& options) {
  if (options.dtype == DynamicDtype::kFloat16) {
    return CallOperator("quantized::linear_prepack_fp16", {weight, bias});
  }
  return CallOperator("quantized::linear_prepack",
                      {QuantizeWeight(weight, options.per_channel), bias});
}

}  // namespace libtorch_node::core

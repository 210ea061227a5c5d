#include "core/quantization/weight_formats.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bitwise_left_shift.h>
#include <ATen/ops/bitwise_or.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>

#include <algorithm>

namespace libtorch_node::core {
namespace {

/// Rounded to the dtype it is stored in; 1 for rows of equal values.
at::Tensor Scale(const at::Tensor& range, double steps, at::ScalarType dtype) {
  const at::Tensor scale = (range / steps).to(dtype).to(at::kFloat);
  return at::where(scale > 0, scale, 1.0);
}

bool AllFinite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

std::optional<StoredWeight> StoreInt8(const at::Tensor& rows, at::ScalarType dtype) {
  const at::Tensor scale = Scale(rows.abs().amax(1, true), 127, dtype);
  if (!AllFinite(scale)) return std::nullopt;
  at::Tensor values = (rows / scale).round_().clamp_(-127, 127).to(at::kChar);
  return StoredWeight{{"", std::move(values)}, {"_scale", scale.squeeze(1).to(dtype)}};
}

std::optional<StoredWeight> StoreUint8(const at::Tensor& rows, at::ScalarType dtype) {
  const at::Tensor minimum = rows.amin(1, true);
  const at::Tensor scale = Scale(rows.amax(1, true) - minimum, 255, dtype);
  if (!AllFinite(scale)) return std::nullopt;
  at::Tensor values = ((rows - minimum) / scale).round_().clamp_(0, 255).to(at::kByte);
  return StoredWeight{
      {"", std::move(values)}, {"_scale", scale.to(dtype)}, {"_minimum", minimum.to(dtype)}};
}

std::optional<StoredWeight> StoreInt4(const at::Tensor& rows, std::int64_t group_size) {
  const std::int64_t columns = rows.size(1);
  const std::int64_t group = std::min(group_size, columns + columns % 2);
  const std::int64_t padding = (group - columns % group) % group;
  const at::Tensor groups = at::constant_pad_nd(rows, {0, padding}).view({rows.size(0), -1, group});
  const at::Tensor least = groups.amin(-1, true).clamp_max(0);
  const at::Tensor most = groups.amax(-1, true).clamp_min(0);
  // Has float32's range; two bytes for each group.
  const at::Tensor scale = Scale(most - least, 15, at::kBFloat16);
  if (!AllFinite(scale)) return std::nullopt;
  const at::Tensor zero_point = (least.neg() / scale).round_().clamp_(0, 15);
  const at::Tensor values = ((groups / scale).round_() + zero_point).clamp_(0, 15);
  const std::vector<at::Tensor> halves = values.to(at::kByte).flatten(1).chunk(2, 1);
  return StoredWeight{{"", at::bitwise_or(halves[0], at::bitwise_left_shift(halves[1], 4))},
                      {"_scale", scale.to(at::kBFloat16)},
                      {"_zero_point", zero_point.to(at::kByte)}};
}

}  // namespace

const char* NameOf(WeightFormat format) {
  switch (format) {
    case WeightFormat::kInt8:
      return "int8";
    case WeightFormat::kUint8:
      return "uint8";
    default:
      return "int4";
  }
}

std::optional<StoredWeight> StoreWeight(const at::Tensor& weight, WeightFormat format,
                                        std::int64_t group_size) {
  const at::Tensor rows = weight.detach().to(at::kFloat).contiguous();
  if (!AllFinite(rows)) return std::nullopt;
  switch (format) {
    case WeightFormat::kInt8:
      return StoreInt8(rows, weight.scalar_type());
    case WeightFormat::kUint8:
      return StoreUint8(rows, weight.scalar_type());
    default:
      return StoreInt4(rows, group_size);
  }
}

}  // namespace libtorch_node::core

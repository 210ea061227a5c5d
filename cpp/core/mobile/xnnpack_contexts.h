#pragma once

#include <ATen/core/Tensor.h>
#include <torch/custom_class.h>

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

/// What PyTorch's XNNPACK classes hold. Here the weights stay as they were given.
namespace libtorch_node::core {

using Bound = std::optional<at::Scalar>;
using Sizes = std::vector<std::int64_t>;

/// Weight [out, in], bias, lower and upper bound of the result: what files hold, in this order.
using LinearState = std::tuple<at::Tensor, std::optional<at::Tensor>, Bound, Bound>;

/// Weight [out, in / groups, height, width], bias, stride, padding, dilation, groups, bounds.
using Conv2dState = std::tuple<at::Tensor, std::optional<at::Tensor>, Sizes, Sizes, Sizes,
                               std::int64_t, Bound, Bound>;

/// Weight [in, out / groups, height, width], bias, stride, padding, output padding, dilation,
/// groups, bounds.
using TransposeConv2dState = std::tuple<at::Tensor, std::optional<at::Tensor>, Sizes, Sizes, Sizes,
                                        Sizes, std::int64_t, Bound, Bound>;

/// Each throws c10::Error for a state that PyTorch would not write: files are not to be trusted.
class LinearContext : public torch::CustomClassHolder {
 public:
  explicit LinearContext(LinearState state);
  const LinearState& state() const { return state_; }
  at::Tensor Run(const at::Tensor& input) const;

 private:
  const LinearState state_;
};

class Conv2dContext : public torch::CustomClassHolder {
 public:
  explicit Conv2dContext(Conv2dState state);
  const Conv2dState& state() const { return state_; }
  at::Tensor Run(const at::Tensor& input) const;

 private:
  const Conv2dState state_;
};

class TransposeConv2dContext : public torch::CustomClassHolder {
 public:
  explicit TransposeConv2dContext(TransposeConv2dState state);
  const TransposeConv2dState& state() const { return state_; }
  at::Tensor Run(const at::Tensor& input) const;

 private:
  const TransposeConv2dState state_;
};

}  // namespace libtorch_node::core

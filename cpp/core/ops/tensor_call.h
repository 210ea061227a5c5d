#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/Scalar.h>

#include <optional>
#include <variant>
#include <vector>

#include "core/ops/operator_set.h"

namespace libtorch_node::core {

/// The short way of an operator that takes tensors only and gives a new one: no stack, and no
/// autograd kernel where nothing is recorded.
class TensorCall {
 public:
  /// Of the overload that as many tensors choose; null when that one needs the long way.
  static std::optional<TensorCall> Find(const std::vector<Overload>& overloads,
                                        std::size_t tensors);

  at::Tensor operator()(const at::Tensor& self) const;
  at::Tensor operator()(const at::Tensor& self, const at::Tensor& other) const;

 private:
  using Unary = c10::TypedOperatorHandle<at::Tensor(const at::Tensor&)>;
  using Binary = c10::TypedOperatorHandle<at::Tensor(const at::Tensor&, const at::Tensor&)>;
  using Scaled =
      c10::TypedOperatorHandle<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Scalar&)>;

  template <typename Handle>
  explicit TensorCall(Handle handle) : handle_(handle) {}

  std::variant<Unary, Binary, Scaled> handle_;
  c10::Scalar scale_ = 1;
};

}  // namespace libtorch_node::core

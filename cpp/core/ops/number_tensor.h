#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>

#include <string>

namespace libtorch_node::core {

/// Whether PyTorch lets a number stand for a tensor argument of `aten::name`.
bool TakesNumbersAsTensors(const std::string& name);

/// A number as a tensor without dimensions, which does not decide the dtype of a result.
at::Tensor NumberTensor(const c10::Scalar& number);

}  // namespace libtorch_node::core

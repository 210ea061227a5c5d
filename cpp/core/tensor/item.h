#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>

namespace libtorch_node::core {

/// The one element of a tensor; waits for its device.
c10::Scalar Item(const at::Tensor& tensor);

}  // namespace libtorch_node::core

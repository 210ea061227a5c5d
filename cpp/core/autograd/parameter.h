#pragma once

#include <ATen/core/Tensor.h>

namespace libtorch_node::core {

/// Callers hold a module's parameters themselves, because gradients gather in them, while other
/// threads run the module: from now on nothing that a caller does may change the tensor's sizes,
/// strides or storage. Call it before another thread knows the tensor.
void MarkParameter(const at::Tensor& tensor);

/// Whether the tensor was marked. Aliases and copies are not.
bool IsParameter(const at::Tensor& tensor);

}  // namespace libtorch_node::core

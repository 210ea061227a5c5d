#pragma once

#include <ATen/core/Tensor.h>

namespace libtorch_node::core {

/// A tensor with sizes of its own over the same storage, through which gradients flow; for use on
/// another thread. Where nothing is recorded it is core::PinnedAlias.
at::Tensor GraphAlias(const at::Tensor& tensor);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <optional>

namespace libtorch_node::core {

/// The tensor on a device, as a dtype; ready there when this returns. Always a tensor of its own.
at::Tensor Transfer(const at::Tensor& tensor, std::optional<c10::Device> device,
                    std::optional<c10::ScalarType> dtype);

/// The elements in row-major order in CPU memory, conjugation and negation resolved; the tensor
/// itself where it already is so.
at::Tensor Readable(const at::Tensor& tensor);

/// Another tensor over the same storage, with sizes of its own and no autograd history.
at::Tensor Alias(const at::Tensor& tensor);

/// Whether it lies in page-locked memory; false, not an error, without an accelerator.
bool IsPinned(const at::Tensor& tensor);

}  // namespace libtorch_node::core

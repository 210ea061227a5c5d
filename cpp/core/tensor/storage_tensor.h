#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <cstddef>
#include <memory>

namespace libtorch_node::core {

/// Bytes of a contiguous tensor; throws ERR_OUT_OF_RANGE for negative sizes and products beyond
/// memory.
std::size_t BytesNeeded(at::IntArrayRef shape, c10::ScalarType dtype);

/// Uninitialized, contiguous.
at::Tensor NewCpuTensor(at::IntArrayRef shape, c10::ScalarType dtype);

/// Over memory that `owner` keeps in place; its storage may not be resized.
at::Tensor BorrowCpuTensor(at::IntArrayRef shape, c10::ScalarType dtype, void* data,
                           std::size_t size, std::shared_ptr<void> owner);

/// Copies elements in row-major order into the tensor, on whatever device and with whatever
/// strides.
void CopyIn(const at::Tensor& tensor, const void* data);

}  // namespace libtorch_node::core

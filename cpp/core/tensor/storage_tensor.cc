#include "core/tensor/storage_tensor.h"

#include <ATen/EmptyTensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/DefaultDtype.h>
#include <c10/util/safe_numerics.h>

#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/tensor/size_guard.h"

namespace libtorch_node::core {

std::size_t BytesNeeded(at::IntArrayRef shape, c10::ScalarType dtype) {
  uint64_t bytes = c10::elementSize(dtype);
  bool overflow = false;
  for (const int64_t size : shape) {
    if (size < 0) {
      throw Error("ERR_OUT_OF_RANGE",
                  "shape: expected sizes of 0 or more, got " + std::to_string(size),
                  ErrorKind::kRange);
    }
    overflow |= c10::mul_overflows(bytes, static_cast<uint64_t>(size), &bytes);
  }
  if (overflow || bytes > static_cast<uint64_t>(INT64_MAX)) {
    throw Error("ERR_OUT_OF_RANGE", "shape: the tensor would not fit into memory",
                ErrorKind::kRange);
  }
  return bytes;
}

at::Tensor NewCpuTensor(at::IntArrayRef shape, c10::ScalarType dtype) {
  return at::empty(shape, at::TensorOptions().dtype(dtype));
}

at::Tensor BorrowCpuTensor(at::IntArrayRef shape, c10::ScalarType dtype, void* data,
                           std::size_t size, std::shared_ptr<void> owner) {
  auto* context = new std::shared_ptr<void>(std::move(owner));
  c10::DataPtr pointer(
      data, context, [](void* held) { delete static_cast<std::shared_ptr<void>*>(held); },
      c10::Device(c10::kCPU));
  auto storage = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), size,
                                                       std::move(pointer), nullptr, false);
  at::Tensor tensor = at::empty({0}, at::TensorOptions().dtype(dtype));
  c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  impl->set_storage_keep_dtype(c10::Storage(std::move(storage)));
  impl->set_sizes_contiguous(shape);
  return tensor;
}

void CopyIn(const at::Tensor& tensor, const void* data) {
  const c10::NoGradGuard no_grad;
  if (tensor.is_cpu() && tensor.is_contiguous() && !tensor.is_conj() && !tensor.is_neg() &&
      tensor.layout() == c10::kStrided && !tensor.is_quantized()) {
    if (tensor.numel() > 0) std::memcpy(tensor.mutable_data_ptr(), data, tensor.nbytes());
    // So that autograd notices.
    if (!tensor.is_inference()) tensor.unsafeGetTensorImpl()->bump_version();
    return;
  }
  at::Tensor values = NewCpuTensor(tensor.sizes(), tensor.scalar_type());
  if (values.numel() > 0) std::memcpy(values.mutable_data_ptr(), data, values.nbytes());
  tensor.copy_(values);
}

}  // namespace libtorch_node::core

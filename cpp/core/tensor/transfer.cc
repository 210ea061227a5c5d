#include "core/tensor/transfer.h"

#include <ATen/ops/detach.h>
#include <ATen/ops/is_pinned.h>
#include <ATen/ops/resolve_conj.h>
#include <ATen/ops/resolve_neg.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "core/device/cuda.h"
#include "core/error.h"

namespace libtorch_node::core {

at::Tensor Transfer(const at::Tensor& tensor, std::optional<c10::Device> device,
                    std::optional<c10::ScalarType> dtype) {
  const at::AutoDispatchBelowADInplaceOrView no_history;
  if (device && device->is_cuda()) RequireCuda(device->index());
  at::Tensor moved = tensor.to(tensor.options()
                                   .device(device.value_or(tensor.device()))
                                   .dtype(dtype.value_or(tensor.scalar_type())));
  const c10::Device target = moved.device();
  if (target.is_cuda()) {
    const c10::impl::VirtualGuardImpl guard(target.type());
    guard.synchronizeStream(guard.getStream(target));
  }
  return moved.is_same(tensor) ? Alias(tensor) : moved;
}

at::Tensor Readable(const at::Tensor& tensor) {
  if (tensor.is_quantized()) {
    throw Error("ERR_NO_VIEW",
                "a quantized tensor has no plain elements: call dequantize() or intRepr() first");
  }
  const at::Tensor plain = at::resolve_neg(at::resolve_conj(tensor.detach()));
  return plain.to(c10::Device(c10::kCPU)).to_dense().contiguous();
}

at::Tensor Alias(const at::Tensor& tensor) { return tensor.detach(); }

bool IsPinned(const at::Tensor& tensor) {
  return tensor.is_cpu() && CudaIsAvailable() && tensor.is_pinned();
}

}  // namespace libtorch_node::core

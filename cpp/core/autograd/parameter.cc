#include "core/autograd/parameter.h"

#include <c10/core/TensorImpl.h>
#include <torch/csrc/autograd/variable.h>

#include "core/tensor/size_guard.h"

namespace libtorch_node::core {
namespace {

/// Lies in the tensor itself, so that looking for it needs no lock, and is lost with its copies.
struct ParameterMark final : c10::BackendMeta {
  c10::intrusive_ptr<c10::BackendMeta> clone(
      const c10::intrusive_ptr<c10::BackendMeta>&) const override {
    return {};
  }
};

}  // namespace

void MarkParameter(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.is_inference() || IsParameter(tensor)) return;
  PinStorage(tensor);
  // Made at first use otherwise, which two threads must not do at once.
  torch::autograd::impl::materialize_autograd_meta(tensor);
  tensor.unsafeGetTensorImpl()->set_backend_meta(c10::make_intrusive<ParameterMark>());
}

bool IsParameter(const at::Tensor& tensor) {
  if (!tensor.defined()) return false;
  const c10::BackendMeta* meta = tensor.unsafeGetTensorImpl()->get_backend_meta();
  return meta != nullptr && dynamic_cast<const ParameterMark*>(meta) != nullptr;
}

}  // namespace libtorch_node::core

#include "core/tensor/item.h"

namespace libtorch_node::core {

c10::Scalar Item(const at::Tensor& tensor) {
  // In place, where a dispatched operator would cost more than the rest of the call.
  if (tensor.is_cpu() && tensor.layout() == c10::kStrided && !tensor.is_neg()) {
    const void* element = tensor.const_data_ptr();
    switch (tensor.scalar_type()) {
      case c10::ScalarType::Float:
        return *static_cast<const float*>(element);
      case c10::ScalarType::Double:
        return *static_cast<const double*>(element);
      case c10::ScalarType::Int:
        return *static_cast<const int32_t*>(element);
      case c10::ScalarType::Long:
        return *static_cast<const int64_t*>(element);
      case c10::ScalarType::Bool:
        return *static_cast<const bool*>(element);
      default:
        break;
    }
  }
  return tensor.item();
}

}  // namespace libtorch_node::core

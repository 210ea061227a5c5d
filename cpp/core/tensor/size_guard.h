#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <c10/core/Storage.h>
#include <c10/util/SmallVector.h>

#include <cstdint>

namespace libtorch_node::core {

/// Forbids LibTorch to reallocate the tensor's storage: from now on somebody holds a pointer into
/// it.
void PinStorage(const at::Tensor& tensor);

/// LibTorch sets sizes and strides before it refuses to resize a storage; this restores them when
/// the operator threw. Only tensors whose storage may not be resized are remembered.
class SizeGuard {
 public:
  void Watch(const at::Tensor& tensor);
  /// Watches every tensor inside, however nested.
  void Watch(const c10::IValue& value);
  void Restore() noexcept;

 private:
  void WatchObject(const c10::intrusive_ptr<c10::ivalue::Object>& object);

  struct Entry {
    at::Tensor tensor;
    c10::Storage storage;
    c10::SmallVector<int64_t, 6> sizes;
    c10::SmallVector<int64_t, 6> strides;
    int64_t offset;
  };
  c10::SmallVector<Entry, 2> entries_;
  c10::SmallVector<const void*, 2> objects_;  // seen: objects may refer to each other
};

}  // namespace libtorch_node::core

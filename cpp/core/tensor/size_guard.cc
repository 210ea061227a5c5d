#include "core/tensor/size_guard.h"

#include <c10/core/StorageImpl.h>
#include <c10/core/TensorImpl.h>

#include <algorithm>

#include "core/tensor/may_hold_tensors.h"

namespace libtorch_node::core {

void PinStorage(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return;
  c10::StorageImpl* storage = tensor.unsafeGetTensorImpl()->unsafe_storage().unsafeGetStorageImpl();
  if (storage != nullptr && storage->resizable()) storage->set_resizable(false);
}

void SizeGuard::Watch(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return;
  const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
  const c10::Storage& storage = impl->unsafe_storage();
  if (!storage || storage.resizable() || impl->has_symbolic_sizes_strides()) return;
  const auto sizes = impl->sizes();
  const auto strides = impl->strides();
  entries_.push_back({tensor,
                      storage,
                      {sizes.begin(), sizes.end()},
                      {strides.begin(), strides.end()},
                      impl->storage_offset()});
}

void SizeGuard::Watch(const c10::IValue& value) {
  if (value.isTensor()) {
    Watch(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) Watch(tensor);
  } else if (value.isList()) {
    if (!MayHoldTensors(value.toList().elementType())) return;
    for (const c10::IValue& item : value.toListRef()) Watch(item);
  } else if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) Watch(item);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      Watch(entry.key());
      Watch(entry.value());
    }
  } else if (value.isObject()) {
    WatchObject(value.toObject());
  }
}

void SizeGuard::WatchObject(const c10::intrusive_ptr<c10::ivalue::Object>& object) {
  if (std::find(objects_.begin(), objects_.end(), object.get()) != objects_.end()) return;
  objects_.push_back(object.get());
  for (const c10::IValue& slot : object->slots()) Watch(slot);
}

void SizeGuard::Restore() noexcept {
  for (Entry& entry : entries_) {
    try {
      c10::TensorImpl* impl = entry.tensor.unsafeGetTensorImpl();
      const bool unchanged = impl->sizes() == c10::IntArrayRef(entry.sizes) &&
                             impl->strides() == c10::IntArrayRef(entry.strides) &&
                             impl->storage_offset() == entry.offset &&
                             impl->unsafe_storage().is_alias_of(entry.storage);
      if (unchanged) continue;
      const bool allowed = impl->allow_tensor_metadata_change();
      impl->set_allow_tensor_metadata_change(true);
      // set_() may have given the tensor another storage, for which the old sizes would be wrong.
      impl->set_storage_keep_dtype(entry.storage);
      impl->set_sizes_and_strides(entry.sizes, entry.strides, entry.offset);
      impl->set_allow_tensor_metadata_change(allowed);
    } catch (...) {
      // The tensor is of a kind whose sizes cannot be set, so no operator has changed them.
      continue;
    }
  }
  entries_.clear();
}

}  // namespace libtorch_node::core

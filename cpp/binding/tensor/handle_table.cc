#include "binding/tensor/handle_table.h"

#include <new>

namespace libtorch_node::binding {

HandleTable::~HandleTable() {
  for (const std::uintptr_t block : blocks_) {
    auto* slots = reinterpret_cast<Slot*>(block);
    for (std::size_t i = 0; i < kSlots; ++i) slots[i].~Slot();
    ::operator delete(slots, std::align_val_t(kBlockBytes));
  }
}

void HandleTable::Grow() {
  void* block = ::operator new(kBlockBytes, std::align_val_t(kBlockBytes));
  auto* slots = static_cast<Slot*>(block);
  for (std::size_t i = kSlots; i-- > 0;) {
    Slot* slot = new (slots + i) Slot;
    slot->next_free = free_;
    free_ = slot;
  }
  blocks_.insert(reinterpret_cast<std::uintptr_t>(block));
}

TensorHandle* HandleTable::Insert(TensorHandle handle) {
  if (free_ == nullptr) Grow();
  Slot* slot = free_;
  free_ = slot->next_free;
  slot->handle = std::move(handle);
  slot->live = true;
  return &slot->handle;
}

void HandleTable::Erase(TensorHandle* handle) {
  static_assert(offsetof(Slot, handle) == 0);
  auto* slot = reinterpret_cast<Slot*>(handle);
  // Goes last: freeing the memory may run code of whoever lent it.
  const TensorHandle gone = std::exchange(slot->handle, TensorHandle());
  slot->live = false;
  slot->next_free = free_;
  free_ = slot;
}

bool HandleTable::Contains(const void* pointer) const {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  const std::uintptr_t block = address & ~std::uintptr_t{kBlockBytes - 1};
  if (blocks_.find(block) == blocks_.end()) return false;
  const std::size_t offset = address - block;
  if (offset % sizeof(Slot) != 0 || offset / sizeof(Slot) >= kSlots) return false;
  return reinterpret_cast<const Slot*>(address)->live;
}

}  // namespace libtorch_node::binding

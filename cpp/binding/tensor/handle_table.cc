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
    slot->index = by_index_.size() * kSlots + i;
    free_.push_back(slot);
  }
  by_index_.push_back(slots);
  blocks_.insert(reinterpret_cast<std::uintptr_t>(block));
}

TensorHandle* HandleTable::Insert(TensorHandle handle) {
  if (free_.empty()) Grow();
  Slot* slot = free_.back();
  free_.pop_back();
  slot->handle = std::move(handle);
  ++slot->generation;
  return &slot->handle;
}

void HandleTable::Erase(TensorHandle* handle) {
  static_assert(offsetof(Slot, handle) == 0);
  auto* slot = reinterpret_cast<Slot*>(handle);
  // Goes last: freeing the memory may run code of whoever lent it.
  const TensorHandle gone = std::exchange(slot->handle, TensorHandle());
  ++slot->generation;
  free_.push_back(slot);
}

double HandleTable::NumberOf(const TensorHandle* handle) {
  const auto* slot = reinterpret_cast<const Slot*>(handle);
  if (slot->index >= kIndices) return 0;
  const uint64_t generation = slot->generation % (uint64_t{1} << kGenerationBits);
  return static_cast<double>(generation << kIndexBits | slot->index);
}

TensorHandle* HandleTable::Find(double number) const {
  if (!(number > 0 && number < 0x1p53)) return nullptr;
  const auto bits = static_cast<uint64_t>(number);
  const uint64_t index = bits % kIndices;
  if (index / kSlots >= by_index_.size()) return nullptr;
  Slot* slot = by_index_[index / kSlots] + index % kSlots;
  const uint64_t generation = slot->generation % (uint64_t{1} << kGenerationBits);
  if (generation % 2 == 0 || generation != bits >> kIndexBits) return nullptr;
  return &slot->handle;
}

bool HandleTable::Contains(const void* pointer) const {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  const std::uintptr_t block = address & ~std::uintptr_t{kBlockBytes - 1};
  if (blocks_.find(block) == blocks_.end()) return false;
  const std::size_t offset = address - block;
  if (offset % sizeof(Slot) != 0 || offset / sizeof(Slot) >= kSlots) return false;
  return reinterpret_cast<const Slot*>(address)->generation % 2 == 1;
}

}  // namespace libtorch_node::binding

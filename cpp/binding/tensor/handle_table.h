#pragma once

#include <c10/util/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "binding/tensor/tensor_handle.h"

namespace libtorch_node::binding {

/// The live tensor handles of one environment, in blocks that are used again: no allocation for
/// each tensor, and a quick answer to whether a pointer that Node unwraps is one of them.
class HandleTable {
 public:
  HandleTable() = default;
  ~HandleTable();
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;

  TensorHandle* Insert(TensorHandle handle);
  void Erase(TensorHandle* handle);
  bool Contains(const void* pointer) const;

 private:
  // Blocks lie at multiples of their size: the address of a handle tells its block.
  static constexpr std::size_t kBlockBytes = 32 * 1024;
  struct Slot {
    TensorHandle handle;
    Slot* next_free = nullptr;
    bool live = false;
  };
  static constexpr std::size_t kSlots = kBlockBytes / sizeof(Slot);

  void Grow();

  ska::flat_hash_set<std::uintptr_t> blocks_;
  Slot* free_ = nullptr;
};

}  // namespace libtorch_node::binding

#pragma once

#include <c10/util/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

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

  /// Positive, and exact as a JavaScript number.
  static double NumberOf(const TensorHandle* handle);
  /// Null for a number that no live handle has.
  TensorHandle* Find(double number) const;

 private:
  // Blocks lie at multiples of their size: the address of a handle tells its block.
  static constexpr std::size_t kBlockBytes = 32 * 1024;
  struct Slot {
    TensorHandle handle;
    uint64_t index = 0;
    uint64_t generation = 0;  // odd while it is live
  };
  static constexpr std::size_t kSlots = kBlockBytes / sizeof(Slot);

  static constexpr uint64_t kIndexBits = 24;
  static constexpr uint64_t kGenerationBits = 53 - kIndexBits;
  static constexpr uint64_t kIndices = uint64_t{1} << kIndexBits;

  void Grow();

  ska::flat_hash_set<std::uintptr_t> blocks_;
  std::vector<Slot*> by_index_;  // blocks in the order of the indices of their slots
  std::vector<Slot*> free_;      // apart from the slots, which may have left the caches
};

}  // namespace libtorch_node::binding

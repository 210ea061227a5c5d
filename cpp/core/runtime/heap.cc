#include "core/runtime/heap.h"

#include <cstddef>
#include <cstdlib>

namespace libtorch_node::core {

void KeepFreedMemory() {
  // glibc learns its thresholds from the largest block below 32 MB that was freed
  // (https://man7.org/linux/man-pages/man3/mallopt.3.html, M_MMAP_THRESHOLD); untouched, it costs
  // nothing.
  constexpr std::size_t kBlock = std::size_t{31} << 20;
  void* volatile block = std::malloc(kBlock);
  std::free(block);
}

}  // namespace libtorch_node::core

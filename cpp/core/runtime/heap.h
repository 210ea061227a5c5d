#pragma once

namespace libtorch_node::core {

/// Lets the C library keep what operators free, up to 64 MB of it, for the next ones: glibc gives
/// the end of its heap back at each call otherwise, and a model's activations fault in anew. What a
/// user sets with MALLOC_TRIM_THRESHOLD_ or MALLOC_MMAP_THRESHOLD_ stays.
void KeepFreedMemory();

}  // namespace libtorch_node::core

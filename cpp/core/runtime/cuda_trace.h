#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// What a stream of a CUDA device did: a kernel, a copy, a fill.
struct DeviceEvent {
  std::string name;
  int device = 0;
  int64_t stream = 0;
  int64_t start_ns = 0;  // steady clock
  int64_t end_ns = 0;
};

/// Records what CUDA devices do, through Kineto. Both on one thread. Throws ERR_DEVICE_UNAVAILABLE
/// where there is no CUDA.
void StartCudaTrace();
/// Waits for the current device first.
std::vector<DeviceEvent> StopCudaTrace();

}  // namespace libtorch_node::core

#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>

namespace libtorch_node::core {

struct MemoryStat {
  int64_t current = 0;
  int64_t peak = 0;
  int64_t allocated = 0;
  int64_t freed = 0;
};

struct CudaMemory {
  MemoryStat allocated_bytes;
  MemoryStat reserved_bytes;
  MemoryStat active_bytes;
  int64_t alloc_retries = 0;
  int64_t ooms = 0;
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
};

/// All through the device-generic interfaces of libtorch_cpu: one binary serves CPU and CUDA.
bool CudaIsAvailable();
int CudaDeviceCount();

/// The rest throw ERR_DEVICE_UNAVAILABLE where there is no CUDA, or no such device.
void RequireCuda(c10::DeviceIndex index);
CudaMemory CudaMemoryStats(c10::DeviceIndex index);
void CudaResetPeakMemoryStats(c10::DeviceIndex index);
void CudaEmptyCache();
/// A negative index means the current device.
void CudaSynchronize(c10::DeviceIndex index);

}  // namespace libtorch_node::core

#include "core/device/cuda.h"

#include <ATen/Context.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <string>

#include "core/error.h"

namespace libtorch_node::core {

namespace {

MemoryStat From(const c10::CachingAllocator::StatArray& stats) {
  const auto& all = stats[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
  return {all.current, all.peak, all.allocated, all.freed};
}

c10::DeviceAllocator& Allocator() {
  // The allocator exists once CUDA is initialized.
  at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  return *at::getDeviceAllocator(c10::DeviceType::CUDA);
}

}  // namespace

bool CudaIsAvailable() { return CudaDeviceCount() > 0; }

int CudaDeviceCount() {
  if (!at::hasCUDA()) return 0;
  return static_cast<int>(at::detail::getCUDAHooks().deviceCount());
}

void RequireCuda(c10::DeviceIndex index) {
  const int count = CudaDeviceCount();
  if (count == 0) {
    throw Error("ERR_DEVICE_UNAVAILABLE",
                at::hasCUDA() ? "expected a CUDA device, but LibTorch finds none on this machine"
                              : "expected a CUDA device, but this LibTorch is a CPU-only build: "
                                "point LIBTORCH to one with CUDA");
  }
  if (index >= count) {
    throw Error("ERR_DEVICE_UNAVAILABLE", "expected a CUDA device from 0 to " +
                                              std::to_string(count - 1) + ", got " +
                                              std::to_string(static_cast<int>(index)));
  }
}

CudaMemory CudaMemoryStats(c10::DeviceIndex index) {
  RequireCuda(index);
  const auto stats = Allocator().getDeviceStats(index);
  CudaMemory memory;
  memory.allocated_bytes = From(stats.allocated_bytes);
  memory.reserved_bytes = From(stats.reserved_bytes);
  memory.active_bytes = From(stats.active_bytes);
  memory.alloc_retries = stats.num_alloc_retries;
  memory.ooms = stats.num_ooms;
  const auto [free, total] = Allocator().getMemoryInfo(index);
  memory.free_bytes = free;
  memory.total_bytes = total;
  return memory;
}

void CudaResetPeakMemoryStats(c10::DeviceIndex index) {
  RequireCuda(index);
  Allocator().resetPeakStats(index);
}

void CudaEmptyCache() {
  if (CudaIsAvailable()) Allocator().emptyCache();
}

void CudaSynchronize(c10::DeviceIndex index) {
  RequireCuda(index);
  const auto& hooks = at::detail::getCUDAHooks();
  hooks.deviceSynchronize(index < 0 ? hooks.getCurrentDevice() : index);
}

}  // namespace libtorch_node::core

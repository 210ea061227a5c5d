#include "core/runtime/cuda_trace.h"

#include <torch/csrc/autograd/profiler_kineto.h>
#include <torch/csrc/profiler/orchestration/observer.h>

#include <chrono>
#include <cstdlib>
#include <memory>

#include "core/device/cuda.h"

namespace libtorch_node::core {
namespace {

namespace kineto = torch::autograd::profiler;
using torch::profiler::impl::ActivityType;

template <typename Clock>
int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

void StartCudaTrace() {
  RequireCuda(0);
  // Unless told otherwise, it writes to stderr whenever a trace starts and ends.
  setenv("KINETO_LOG_LEVEL", "99", /*overwrite=*/0);
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  const std::set<ActivityType> activities{ActivityType::CUDA};
  kineto::prepareProfiler(config, activities);
  kineto::enableProfiler(config, activities);
}

std::vector<DeviceEvent> StopCudaTrace() {
  CudaSynchronize(-1);
  const std::unique_ptr<kineto::ProfilerResult> result = kineto::disableProfiler();
  // Kineto's times are of the system's clock.
  const int64_t shift = Now<std::chrono::steady_clock>() - Now<std::chrono::system_clock>();
  std::vector<DeviceEvent> events;
  for (const kineto::KinetoEvent& event : result->events()) {
    if (event.deviceType() != c10::DeviceType::CUDA) continue;
    const int64_t start = static_cast<int64_t>(event.startNs()) + shift;
    events.push_back({event.name(), event.deviceIndex(), event.deviceResourceId(), start,
                      start + static_cast<int64_t>(event.durationNs())});
  }
  return events;
}

}  // namespace libtorch_node::core

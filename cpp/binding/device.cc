#include "binding/device.h"

#include "binding/error_guard.h"
#include "binding/promise_task.h"
#include "core/device/cuda.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

/// A device index, -1 for null: the current device.
c10::DeviceIndex IndexOf(const Napi::Value& value) {
  if (value.IsNull() || value.IsUndefined()) return -1;
  const double index = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(index >= 0 && index < 128 && index == static_cast<int>(index))) {
    throw core::Error("ERR_OUT_OF_RANGE",
                      "expected a device index, got " + value.ToString().Utf8Value(),
                      core::ErrorKind::kRange);
  }
  return static_cast<c10::DeviceIndex>(index);
}

Napi::Value CudaIsAvailable(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core::CudaIsAvailable());
}

Napi::Value CudaDeviceCount(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), core::CudaDeviceCount());
}

Napi::Object FromStat(Napi::Env env, const core::MemoryStat& stat) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("current", static_cast<double>(stat.current));
  result.Set("peak", static_cast<double>(stat.peak));
  result.Set("allocated", static_cast<double>(stat.allocated));
  result.Set("freed", static_cast<double>(stat.freed));
  return result;
}

Napi::Value CudaMemoryStats(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const core::CudaMemory memory = core::CudaMemoryStats(IndexOf(info[0]));
  Napi::Object result = Napi::Object::New(env);
  result.Set("allocatedBytes", FromStat(env, memory.allocated_bytes));
  result.Set("reservedBytes", FromStat(env, memory.reserved_bytes));
  result.Set("activeBytes", FromStat(env, memory.active_bytes));
  result.Set("numAllocRetries", static_cast<double>(memory.alloc_retries));
  result.Set("numOoms", static_cast<double>(memory.ooms));
  result.Set("freeBytes", static_cast<double>(memory.free_bytes));
  result.Set("totalBytes", static_cast<double>(memory.total_bytes));
  return result;
}

Napi::Value CudaResetPeakMemoryStats(const Napi::CallbackInfo& info) {
  core::CudaResetPeakMemoryStats(IndexOf(info[0]));
  return info.Env().Undefined();
}

Napi::Value CudaEmptyCache(const Napi::CallbackInfo& info) {
  core::CudaEmptyCache();
  return info.Env().Undefined();
}

Napi::Value CudaSynchronize(const Napi::CallbackInfo& info) {
  const c10::DeviceIndex index = IndexOf(info[0]);
  return Napi::Value(info.Env(),
                     Async(Environment::Of(info.Env()), core::Pool::Default(), [index]() -> Settle {
                       core::CudaSynchronize(index);
                       return [](Environment& settling) -> napi_value {
                         return Napi::Env(settling.env()).Undefined();
                       };
                     }));
}

Napi::Value CudaSynchronizeSync(const Napi::CallbackInfo& info) {
  core::CudaSynchronize(IndexOf(info[0]));
  return info.Env().Undefined();
}

}  // namespace

void InitDevice(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<CudaIsAvailable>(room, "cudaIsAvailable");
  Define<CudaDeviceCount>(room, "cudaDeviceCount");
  Define<CudaMemoryStats>(room, "cudaMemoryStats");
  Define<CudaResetPeakMemoryStats>(room, "cudaResetPeakMemoryStats");
  Define<CudaEmptyCache>(room, "cudaEmptyCache");
  Define<CudaSynchronize>(room, "cudaSynchronize");
  Define<CudaSynchronizeSync>(room, "cudaSynchronizeSync");
  exports.Set("device", room);
}

}  // namespace libtorch_node::binding

#include "binding/autocast.h"

#include <vector>

#include "binding/error_guard.h"
#include "binding/value/names.h"
#include "core/device/cuda.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

/// What the scopes that this thread is in found when they began. Scopes are synchronous: they end
/// in reverse.
std::vector<core::AutocastState>& Outer() {
  thread_local std::vector<core::AutocastState> states;
  return states;
}

Napi::Value Enter(const Napi::CallbackInfo& info) {
  Outer().push_back(core::EnterAutocast(ReadAutocast(info[0].As<Napi::Object>())));
  return info.Env().Undefined();
}

Napi::Value Leave(const Napi::CallbackInfo& info) {
  std::vector<core::AutocastState>& outer = Outer();
  if (!outer.empty()) {
    core::LeaveAutocast(outer.back());
    outer.pop_back();
  }
  return info.Env().Undefined();
}

Napi::Object FromState(Napi::Env env, const core::DeviceAutocast& state) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("enabled", state.enabled);
  result.Set("dtype", DTypeName(state.dtype));
  return result;
}

Napi::Value Current(const Napi::CallbackInfo& info) {
  const core::AutocastState state = core::CurrentAutocast();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("cpu", FromState(info.Env(), state.cpu));
  result.Set("cuda", FromState(info.Env(), state.cuda));
  result.Set("cache", state.cache);
  return result;
}

}  // namespace

core::AutocastState ReadAutocast(const Napi::Object& options) {
  core::AutocastState state = core::CurrentAutocast();
  const bool on_cuda = options.Get("device").ToString().Utf8Value() == "cuda";
  core::DeviceAutocast& device = on_cuda ? state.cuda : state.cpu;
  device.enabled = options.Get("enabled").ToBoolean();
  if (on_cuda && device.enabled) core::RequireCuda(0);
  const Napi::Value dtype = options.Get("dtype");
  // PyTorch's defaults: what the hardware is best at.
  device.dtype = dtype.IsString() ? DTypeOf(dtype.As<Napi::String>().Utf8Value())
                 : on_cuda        ? c10::ScalarType::Half
                                  : c10::ScalarType::BFloat16;
  const Napi::Value cache = options.Get("cache");
  if (cache.IsBoolean()) state.cache = cache.As<Napi::Boolean>();
  return state;
}

void InitAutocast(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Enter>(room, "enter");
  Define<Leave>(room, "leave");
  Define<Current>(room, "current");
  exports.Set("autocast", room);
}

}  // namespace libtorch_node::binding

#include "binding/quantization.h"
#include "core/quantization/engine.h"
#include "core/quantization/operators.h"

namespace libtorch_node::binding {

namespace {

Napi::Value RequireEngine(const Napi::CallbackInfo& info) {
  core::RequireEngine(info[0].ToString().Utf8Value(), info[1].ToString().Utf8Value().c_str());
  return info.Env().Undefined();
}

Napi::Value SupportedEngines(const Napi::CallbackInfo& info) {
  const std::vector<std::string> names = core::SupportedEngines();
  Napi::Array result = Napi::Array::New(info.Env(), names.size());
  for (uint32_t i = 0; i < names.size(); ++i) result.Set(i, names[i]);
  return result;
}

Napi::Value Engine(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), core::EngineName(core::CurrentEngine()));
}

Napi::Value SetEngine(const Napi::CallbackInfo& info) {
  core::SetEngine(core::RequireEngine(info[0].ToString().Utf8Value(), "backends.quantized.engine"));
  return info.Env().Undefined();
}

Napi::Value SupportedOperators(const Napi::CallbackInfo& info) {
  const std::vector<std::string> names = core::QuantizedOperators();
  Napi::Array result = Napi::Array::New(info.Env(), names.size());
  for (uint32_t i = 0; i < names.size(); ++i) result.Set(i, names[i]);
  return result;
}

}  // namespace

void InitQuantizationEngine(Napi::Env, Napi::Object room) {
  Define<RequireEngine>(room, "requireEngine");
  Define<SupportedEngines>(room, "supportedEngines");
  Define<Engine>(room, "engine");
  Define<SetEngine>(room, "setEngine");
  Define<SupportedOperators>(room, "supportedOperators");
}

}  // namespace libtorch_node::binding

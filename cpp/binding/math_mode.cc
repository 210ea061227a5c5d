#include "binding/math_mode.h"

#include "binding/error_guard.h"
#include "core/runtime/math_mode.h"

namespace libtorch_node::binding {

namespace {

Napi::Value GetSwitch(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core::MathSwitch(info[0].ToString().Utf8Value()));
}

Napi::Value SetSwitch(const Napi::CallbackInfo& info) {
  core::SetMathSwitch(info[0].ToString().Utf8Value(), info[1].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value Float32MatmulPrecision(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), core::Float32MatmulPrecision());
}

Napi::Value SetFloat32MatmulPrecision(const Napi::CallbackInfo& info) {
  core::SetFloat32MatmulPrecision(info[0].ToString().Utf8Value());
  return info.Env().Undefined();
}

Napi::Value DeterministicAlgorithms(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("enabled", core::DeterministicAlgorithms());
  result.Set("warnOnly", core::DeterministicAlgorithmsWarnOnly());
  return result;
}

Napi::Value UseDeterministicAlgorithms(const Napi::CallbackInfo& info) {
  core::UseDeterministicAlgorithms(info[0].ToBoolean(), info[1].ToBoolean());
  return info.Env().Undefined();
}

}  // namespace

void InitMathMode(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<GetSwitch>(room, "getSwitch");
  Define<SetSwitch>(room, "setSwitch");
  Define<Float32MatmulPrecision>(room, "float32MatmulPrecision");
  Define<SetFloat32MatmulPrecision>(room, "setFloat32MatmulPrecision");
  Define<DeterministicAlgorithms>(room, "deterministicAlgorithms");
  Define<UseDeterministicAlgorithms>(room, "useDeterministicAlgorithms");
  exports.Set("mathMode", room);
}

}  // namespace libtorch_node::binding

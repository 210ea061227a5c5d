#pragma once

#include <exception>
#include <string>

#include "binding/environment.h"
#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// The JavaScript error for a C++ exception; Napi::Error gives back the JavaScript value it
/// carries.
napi_value ToJsError(Environment& environment, const std::exception_ptr& exception);

/// Throws it into JavaScript, from a catch block.
napi_value ThrowCurrent(napi_env env) noexcept;

/// The only way a function reaches JavaScript: whatever it throws becomes a coded JavaScript error.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
napi_value Guarded(napi_env env, napi_callback_info info) noexcept {
  try {
    return Function(Napi::CallbackInfo(env, info));
  } catch (...) {
    return ThrowCurrent(env);
  }
}

/// The same for functions on the hot path, which read their arguments themselves.
template <napi_value (*Function)(napi_env, napi_callback_info)>
napi_value GuardedRaw(napi_env env, napi_callback_info info) noexcept {
  try {
    return Function(env, info);
  } catch (...) {
    return ThrowCurrent(env);
  }
}

/// Adds a guarded function to a room.
template <napi_value (*Function)(napi_env, napi_callback_info)>
void DefineRaw(Napi::Object room, const char* name) {
  napi_value function = nullptr;
  NAPI_THROW_IF_FAILED_VOID(
      room.Env(), napi_create_function(room.Env(), name, NAPI_AUTO_LENGTH, GuardedRaw<Function>,
                                       nullptr, &function));
  room.Set(name, Napi::Value(room.Env(), function));
}

template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
napi_value WithInfo(napi_env env, napi_callback_info info) {
  return Function(Napi::CallbackInfo(env, info));
}

template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
void Define(Napi::Object room, const char* name) {
  DefineRaw<WithInfo<Function>>(room, name);
}

}  // namespace libtorch_node::binding

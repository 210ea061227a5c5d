#pragma once

#include <memory>
#include <string>

#include "binding/environment.h"
#include "binding/napi_config.h"
#include "binding/value/describe.h"
#include "core/error.h"

namespace libtorch_node::binding {

/// What a native handle of a kind is called, and the tag by which its objects are known;
/// specialized per kind.
template <typename T>
struct HandleKind;

/// Ties `value` to a JavaScript object for as long as that lives.
template <typename T>
void WrapInto(Environment& environment, napi_value object, std::shared_ptr<T> value) {
  const napi_env env = environment.env();
  auto holder = std::make_unique<std::shared_ptr<T>>(std::move(value));
  NAPI_THROW_IF_FAILED_VOID(env, napi_type_tag_object(env, object, &HandleKind<T>::kTag));
  NAPI_THROW_IF_FAILED_VOID(
      env, napi_wrap(
               env, object, holder.get(),
               [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<T>*>(data); },
               nullptr, nullptr));
  holder.release();
}

template <typename T>
napi_value NewHandle(Environment& environment, std::shared_ptr<T> value) {
  const Napi::Object object = Napi::Object::New(environment.env());
  WrapInto<T>(environment, object, std::move(value));
  return object;
}

/// Null when the value is no handle of this kind.
template <typename T>
std::shared_ptr<T> FindHandle(Environment& environment, napi_value value) {
  const napi_env env = environment.env();
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  bool tagged = false;
  if (type != napi_object ||
      napi_check_object_type_tag(env, value, &HandleKind<T>::kTag, &tagged) != napi_ok || !tagged) {
    return nullptr;
  }
  void* data = nullptr;
  if (napi_unwrap(env, value, &data) != napi_ok) return nullptr;
  return *static_cast<std::shared_ptr<T>*>(data);
}

template <typename T>
std::shared_ptr<T> RequireHandleOf(Environment& environment, napi_value value) {
  auto found = FindHandle<T>(environment, value);
  if (found == nullptr) {
    throw core::Error("ERR_INVALID_ARG_TYPE",
                      std::string("expected ") + HandleKind<T>::kName + ", got " +
                          DescribeValue(environment.env(), value),
                      core::ErrorKind::kType);
  }
  return found;
}

}  // namespace libtorch_node::binding

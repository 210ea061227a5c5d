#include "binding/error_guard.h"

#include "core/error_message.h"

namespace libtorch_node::binding {

napi_value ToJsError(Environment& environment, const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Napi::Error& error) {
    return error.Value();
  } catch (...) {
    const core::ErrorInfo info = core::Describe(std::current_exception());
    return environment.MakeError(info.code, info.message, info.detail);
  }
}

napi_value ThrowCurrent(napi_env env) noexcept {
  try {
    napi_throw(env, ToJsError(Environment::Of(env), std::current_exception()));
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (...) {
    napi_throw_error(env, "ERR_INTERNAL", "an error could not be described");
  }
  return nullptr;
}

}  // namespace libtorch_node::binding

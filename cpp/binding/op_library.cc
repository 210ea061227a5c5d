#include "binding/op_library.h"

#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/promise_task.h"
#include "core/mobile/xnnpack_registration.h"
#include "core/ops/op_library.h"
#include "core/ops/vision/registration.h"

namespace libtorch_node::binding {

namespace {

napi_value FromNames(Napi::Env env, const std::vector<std::string>& names) {
  Napi::Array result = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); ++i) result.Set(i, names[i]);
  return result;
}

Napi::Value LoadLibrarySync(const Napi::CallbackInfo& info) {
  const std::string path = info[0].ToString().Utf8Value();
  return Napi::Value(info.Env(), FromNames(info.Env(), core::LoadOpLibrary(path)));
}

Napi::Value LoadLibrary(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const std::string path = info[0].ToString().Utf8Value();
  return Napi::Value(info.Env(), Async(environment, core::Pool::Default(), [path]() -> Settle {
                       return [names = core::LoadOpLibrary(path)](Environment& settling) {
                         return FromNames(settling.env(), names);
                       };
                     }));
}

}  // namespace

void InitOpLibrary(Napi::Env, Napi::Object exports) {
  core::RegisterVisionOperators();
  core::RegisterXnnpackOperators();
  Napi::Object room = exports.Get("ops").As<Napi::Object>();
  Define<LoadLibrary>(room, "loadLibrary");
  Define<LoadLibrarySync>(room, "loadLibrarySync");
}

}  // namespace libtorch_node::binding

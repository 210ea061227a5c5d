#include "binding/jit.h"

namespace libtorch_node::binding {

void InitJit(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  exports.Set("jit", room);
}

}  // namespace libtorch_node::binding

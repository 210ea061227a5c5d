#include "binding/jit.h"

namespace libtorch_node::binding {

void InitJit(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  InitJitCompile(env, room);
  InitJitTrace(env, room);
  InitJitTransform(env, room);
  InitJitGraph(env, room);
  exports.Set("jit", room);
}

}  // namespace libtorch_node::binding

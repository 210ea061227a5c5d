#include "binding/autocast.h"
#include "binding/autograd.h"
#include "binding/device.h"
#include "binding/environment.h"
#include "binding/error_guard.h"
#include "binding/generator.h"
#include "binding/jit.h"
#include "binding/math_mode.h"
#include "binding/module_handle.h"
#include "binding/napi_config.h"
#include "binding/op_library.h"
#include "binding/ops.h"
#include "binding/optim.h"
#include "binding/profiler.h"
#include "binding/pruning.h"
#include "binding/quantization.h"
#include "binding/runtime.h"
#include "binding/script_object.h"
#include "binding/tensor/tensor_room.h"
#include "core/runtime/exit.h"
#include "core/runtime/heap.h"

namespace libtorch_node::binding {

namespace {

Napi::Value Initialize(const Napi::CallbackInfo& info) {
  Environment::Of(info.Env()).Initialize(info[0].As<Napi::Object>());
  return info.Env().Undefined();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  core::KeepFreedMemory();
  core::InstallExitHandler();
  Environment::Install(env);
  Define<Initialize>(exports, "initialize");
  exports.Set("builtFor", LIBTORCH_NODE_TORCH_VERSION);
  InitTensor(env, exports);
  InitModule(env, exports);
  InitScriptObject(env, exports);
  InitOps(env, exports);
  InitAutograd(env, exports);
  InitOptim(env, exports);
  InitOpLibrary(env, exports);
  InitGenerator(env, exports);
  InitJit(env, exports);
  InitPruning(env, exports);
  InitQuantization(env, exports);
  InitDevice(env, exports);
  InitRuntime(env, exports);
  InitAutocast(env, exports);
  InitMathMode(env, exports);
  InitProfiler(env, exports);
  return exports;
}

NODE_API_MODULE(libtorch_node, Init)

}  // namespace

}  // namespace libtorch_node::binding

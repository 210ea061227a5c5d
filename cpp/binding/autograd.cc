#include "binding/autograd.h"

#include <optional>
#include <string>
#include <vector>

#include "binding/error_guard.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/tensor/tensor_list.h"
#include "core/autograd/backward.h"
#include "core/autograd/grad_scope.h"
#include "core/jit/trace_guard.h"
#include "core/runtime/exit.h"

namespace libtorch_node::binding {

namespace {

const at::Tensor& TensorOf(const Napi::CallbackInfo& info) {
  return RequireTensor(Environment::Of(info.Env()), info[0]);
}

Napi::Value IsLeaf(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), TensorOf(info).is_leaf());
}

Napi::Value GradFn(const Napi::CallbackInfo& info) {
  const std::string name = core::GradientFunction(TensorOf(info));
  if (name.empty()) return info.Env().Null();
  return Napi::String::New(info.Env(), name);
}

Napi::Value SetRequiresGrad(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = TensorOf(info);
  tensor.requires_grad_(info[1].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value RetainGrad(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = TensorOf(info);
  tensor.retain_grad();
  return info.Env().Undefined();
}

Napi::Value Grad(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const at::Tensor tensor = TensorOf(info);
  return Napi::Value(info.Env(), NewTensor(environment, tensor.grad()));
}

Napi::Value SetGrad(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const at::Tensor tensor = TensorOf(info);
  core::SetGradient(tensor, info[1].IsNull() || info[1].IsUndefined()
                                ? at::Tensor()
                                : RequireTensor(environment, info[1]));
  return info.Env().Undefined();
}

/// From `at` on: retainGraph (or null), createGraph, allowUnused.
core::BackwardOptions ReadOptions(const Napi::CallbackInfo& info, std::size_t at) {
  core::BackwardOptions options;
  if (info[at].IsBoolean()) options.retain_graph = info[at].ToBoolean();
  options.create_graph = info[at + 1].ToBoolean();
  options.allow_unused = info[at + 2].ToBoolean();
  return options;
}

Napi::Value Backward(const Napi::CallbackInfo& info) {
  core::RefuseInTrace("backward()");
  Environment& environment = Environment::Of(info.Env());
  const auto tensors = ReadTensors(environment, info[0]);
  const auto gradients = ReadTensors(environment, info[1]);
  const auto inputs = ReadTensors(environment, info[2]);
  const core::SyncRun running;
  core::Backward(tensors, gradients, inputs, ReadOptions(info, 3));
  return info.Env().Undefined();
}

Napi::Value Gradients(const Napi::CallbackInfo& info) {
  core::RefuseInTrace("grad()");
  Environment& environment = Environment::Of(info.Env());
  const auto outputs = ReadTensors(environment, info[0]);
  const auto inputs = ReadTensors(environment, info[1]);
  const auto gradients = ReadTensors(environment, info[2]);
  std::vector<at::Tensor> results;
  {
    const core::SyncRun running;
    results = core::Gradients(outputs, inputs, gradients, ReadOptions(info, 3));
  }
  return NewTensorList(environment, results);
}

core::GradMode ModeOf(const std::string& name) {
  if (name == "none") return core::GradMode::kNoGrad;
  return name == "inference" ? core::GradMode::kInference : core::GradMode::kEnabled;
}

/// The scope is this frame: it ends however the function ends.
Napi::Value Within(const Napi::CallbackInfo& info) {
  const core::GradScope scope(ModeOf(info[0].ToString().Utf8Value()));
  return info[1].As<Napi::Function>().Call({});
}

Napi::Value IsGradEnabled(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core::IsGradEnabled());
}

Napi::Value IsInferenceModeEnabled(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core::IsInferenceModeEnabled());
}

}  // namespace

void InitAutograd(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<IsLeaf>(room, "isLeaf");
  Define<GradFn>(room, "gradFn");
  Define<SetRequiresGrad>(room, "setRequiresGrad");
  Define<RetainGrad>(room, "retainGrad");
  Define<Grad>(room, "grad");
  Define<SetGrad>(room, "setGrad");
  Define<Backward>(room, "backward");
  Define<Gradients>(room, "gradients");
  Define<Within>(room, "within");
  Define<IsGradEnabled>(room, "isGradEnabled");
  Define<IsInferenceModeEnabled>(room, "isInferenceModeEnabled");
  exports.Set("autograd", room);
}

}  // namespace libtorch_node::binding

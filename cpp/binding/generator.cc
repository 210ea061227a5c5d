#include "binding/generator.h"

#include <memory>

#include "binding/error_guard.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/names.h"
#include "binding/wrapped.h"
#include "core/ops/generator.h"

namespace libtorch_node::binding {

template <>
struct HandleKind<at::Generator> {
  static constexpr const char* kName = "a Generator";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x67656e6572610001};
};

namespace {

at::Generator& Required(const Napi::CallbackInfo& info) {
  return *RequireHandleOf<at::Generator>(Environment::Of(info.Env()), info[0]);
}

/// Makes the object given a generator on a device.
Napi::Value Attach(const Napi::CallbackInfo& info) {
  auto generator =
      std::make_shared<at::Generator>(core::NewGenerator(DeviceOf(info[1].ToString().Utf8Value())));
  WrapInto<at::Generator>(Environment::Of(info.Env()), info[0], std::move(generator));
  return info.Env().Undefined();
}

Napi::Value Seed(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), core::SeedOf(Required(info)));
}

Napi::Value SetSeed(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const auto seed = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  core::SetSeed(Required(info), seed);
  return info.Env().Undefined();
}

Napi::Value State(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  return Napi::Value(info.Env(), NewTensor(environment, core::StateOf(Required(info))));
}

Napi::Value SetState(const Napi::CallbackInfo& info) {
  const TensorHandle* state = FindTensor(Environment::Of(info.Env()), info[1]);
  if (state == nullptr) {
    throw core::Error("ERR_INVALID_ARG_TYPE",
                      "expected state to be a Tensor, got " + DescribeValue(info.Env(), info[1]),
                      core::ErrorKind::kType);
  }
  core::SetState(Required(info), state->tensor);
  return info.Env().Undefined();
}

Napi::Value Device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), DeviceName(Required(info).device()));
}

}  // namespace

std::optional<at::Generator> FindGenerator(Environment& environment, napi_value value) {
  const auto handle = FindHandle<at::Generator>(environment, value);
  if (handle == nullptr) return std::nullopt;
  return *handle;
}

void InitGenerator(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Attach>(room, "attach");
  Define<Seed>(room, "seed");
  Define<SetSeed>(room, "setSeed");
  Define<State>(room, "state");
  Define<SetState>(room, "setState");
  Define<Device>(room, "device");
  exports.Set("generator", room);
}

}  // namespace libtorch_node::binding

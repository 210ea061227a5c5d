#include "binding/tensor/tensor_handle.h"

#include <memory>
#include <utility>

#include "binding/value/describe.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

void Finalize(napi_env, void* data, void*) {
  const std::unique_ptr<TensorHandle> handle(static_cast<TensorHandle*>(data));
  DisposeTensor(*handle);
  handle->environment->tensors().erase(handle.get());
  handle->environment->Release();
}

}  // namespace

napi_value NewTensor(Environment& environment, at::Tensor tensor) {
  const napi_env env = environment.env();
  if (!tensor.defined()) return Napi::Env(env).Null();
  if (!environment.initialized()) {
    throw core::Error("ERR_NOT_INITIALIZED", "the addon was not initialized in this environment");
  }
  napi_value token = environment.Token();
  napi_value instance = nullptr;
  NAPI_THROW_IF_FAILED(
      env, napi_new_instance(env, environment.TensorConstructor(), 1, &token, &instance), nullptr);
  auto handle = std::make_unique<TensorHandle>(
      TensorHandle{&environment, std::move(tensor), nullptr});
  NAPI_THROW_IF_FAILED(env, napi_wrap(env, instance, handle.get(), Finalize, nullptr, nullptr),
                       nullptr);
  TensorHandle* wrapped = handle.release();
  environment.Retain();
  environment.tensors().insert(wrapped);
  wrapped->ledger_key = environment.ledger().Add(wrapped->tensor);
  return instance;
}

TensorHandle* FindTensor(Environment& environment, napi_value value) {
  void* data = nullptr;
  if (napi_unwrap(environment.env(), value, &data) != napi_ok) return nullptr;
  const auto& tensors = environment.tensors();
  return tensors.find(data) == tensors.end() ? nullptr : static_cast<TensorHandle*>(data);
}

TensorHandle& RequireHandle(Environment& environment, napi_value value) {
  TensorHandle* handle = FindTensor(environment, value);
  if (handle == nullptr) {
    throw core::Error("ERR_INVALID_ARG_TYPE",
                      "expected a Tensor, got " + DescribeValue(environment.env(), value),
                      core::ErrorKind::kType);
  }
  if (!handle->tensor.defined()) {
    throw core::Error("ERR_DISPOSED", "the tensor was disposed");
  }
  return *handle;
}

const at::Tensor& RequireTensor(Environment& environment, napi_value value) {
  return RequireHandle(environment, value).tensor;
}

void DisposeTensor(TensorHandle& handle) {
  if (!handle.tensor.defined()) return;
  handle.tensor.reset();
  handle.environment->ledger().Remove(handle.ledger_key);
  handle.ledger_key = nullptr;
}

}  // namespace libtorch_node::binding

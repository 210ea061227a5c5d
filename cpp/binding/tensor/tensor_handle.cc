#include "binding/tensor/tensor_handle.h"

#include <memory>
#include <utility>

#include "binding/value/describe.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

void Release(std::unique_ptr<TensorHandle> handle) {
  Environment& environment = *handle->environment;
  environment.ledger().Remove(handle->ledger_key);
  environment.tensors().erase(handle.get());
  handle.reset();
  environment.Release();
}

void Finalize(napi_env, void* data, void*) {
  Release(std::unique_ptr<TensorHandle>(static_cast<TensorHandle*>(data)));
}

}  // namespace

napi_value NewTensor(Environment& environment, at::Tensor tensor, const BufferWindow* lender) {
  const napi_env env = environment.env();
  if (!tensor.defined()) return Napi::Env(env).Null();
  if (!environment.initialized()) {
    throw core::Error("ERR_NOT_INITIALIZED", "the addon was not initialized in this environment");
  }
  napi_value token = environment.Token();
  napi_value instance = nullptr;
  NAPI_THROW_IF_FAILED(
      env, napi_new_instance(env, environment.TensorConstructor(), 1, &token, &instance), nullptr);
  auto handle =
      std::make_unique<TensorHandle>(TensorHandle{&environment, std::move(tensor), nullptr});
  NAPI_THROW_IF_FAILED(env, napi_wrap(env, instance, handle.get(), Finalize, nullptr, nullptr),
                       nullptr);
  TensorHandle* wrapped = handle.release();
  environment.Retain();
  environment.tensors().insert(wrapped);
  wrapped->ledger_key = environment.ledger().Add(wrapped->tensor, lender);
  return instance;
}

TensorHandle* FindTensor(Environment& environment, napi_value value) {
  void* data = nullptr;
  if (napi_unwrap(environment.env(), value, &data) != napi_ok) return nullptr;
  const auto& tensors = environment.tensors();
  return tensors.find(data) == tensors.end() ? nullptr : static_cast<TensorHandle*>(data);
}

bool IsDisposedTensor(Environment& environment, napi_value value) {
  if (FindTensor(environment, value) != nullptr) return false;
  const napi_env env = environment.env();
  bool is_tensor = false;
  // What was one and wraps nothing any more; an exception from a proxy is no reason to believe it.
  if (napi_instanceof(env, value, environment.TensorConstructor(), &is_tensor) != napi_ok) {
    napi_value ignored = nullptr;
    napi_get_and_clear_last_exception(env, &ignored);
  }
  if (is_tensor) return true;
  throw core::Error("ERR_INVALID_ARG_TYPE", "expected a Tensor, got " + DescribeValue(env, value),
                    core::ErrorKind::kType);
}

const at::Tensor& RequireTensor(Environment& environment, napi_value value) {
  if (const TensorHandle* handle = FindTensor(environment, value)) return handle->tensor;
  IsDisposedTensor(environment, value);
  throw core::Error("ERR_DISPOSED", "the tensor was disposed");
}

void DisposeTensor(Environment& environment, napi_value value) {
  if (IsDisposedTensor(environment, value)) return;
  void* data = nullptr;
  NAPI_THROW_IF_FAILED_VOID(environment.env(), napi_remove_wrap(environment.env(), value, &data));
  Release(std::unique_ptr<TensorHandle>(static_cast<TensorHandle*>(data)));
}

}  // namespace libtorch_node::binding

#include "binding/tensor/tensor_handle.h"

#include <utility>

#include "binding/tensor/handle_table.h"
#include "binding/value/describe.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

void Release(TensorHandle* handle) {
  Environment& environment = *handle->environment;
  environment.ledger().Remove(handle->ledger_key);
  environment.tensors().Erase(handle);
  environment.Release();
}

void Finalize(napi_env, void* data, void*) { Release(static_cast<TensorHandle*>(data)); }

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
  TensorHandle* handle = environment.tensors().Insert({&environment, std::move(tensor), nullptr});
  const napi_status status = napi_wrap(env, instance, handle, Finalize, nullptr, nullptr);
  if (status != napi_ok) {
    environment.tensors().Erase(handle);
    NAPI_THROW_IF_FAILED(env, status, nullptr);
  }
  environment.Retain();
  handle->ledger_key = environment.ledger().Add(handle->tensor, lender);
  return instance;
}

TensorHandle* FindTensor(Environment& environment, napi_value value) {
  void* data = nullptr;
  if (napi_unwrap(environment.env(), value, &data) != napi_ok) return nullptr;
  return environment.tensors().Contains(data) ? static_cast<TensorHandle*>(data) : nullptr;
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
  TensorHandle* handle = FindTensor(environment, value);
  if (handle == nullptr) {
    IsDisposedTensor(environment, value);
    return;
  }
  NAPI_THROW_IF_FAILED_VOID(environment.env(), napi_remove_wrap(environment.env(), value, nullptr));
  Release(handle);
}

}  // namespace libtorch_node::binding

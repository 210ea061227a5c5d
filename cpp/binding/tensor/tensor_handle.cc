#include "binding/tensor/tensor_handle.h"

#include <utility>

#include "binding/tensor/handle_table.h"
#include "binding/value/describe.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

void Release(TensorHandle* handle) {
  Environment& environment = *handle->environment;
  if (handle->is_sole) {
    environment.ledger().RemoveSole(handle->sole_bytes);
  } else {
    environment.ledger().Remove(handle->ledger_key);
  }
  environment.tensors().Erase(handle);
  environment.Release();
}

/// A fresh result: neither its tensor nor its storage is anybody else's.
bool IsSole(const at::Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.is_cpu() && tensor.has_storage() &&
         tensor.storage().use_count() == 1;
}

void Finalize(napi_env, void* data, void*) { Release(static_cast<TensorHandle*>(data)); }

/// After wrapping: takes the handle back where that failed.
void Account(Environment& environment, TensorHandle* handle, napi_status wrapped,
             const BufferWindow* lender) {
  if (wrapped != napi_ok) {
    environment.tensors().Erase(handle);
    NAPI_THROW_IF_FAILED_VOID(environment.env(), wrapped);
  }
  environment.Retain();
  if (lender == nullptr && IsSole(handle->tensor)) {
    handle->is_sole = true;
    handle->sole_bytes = handle->tensor.storage().nbytes();
    environment.ledger().AddSole(handle->sole_bytes);
  } else {
    handle->ledger_key = environment.ledger().Add(handle->tensor, lender);
  }
}

}  // namespace

napi_value NewTensor(Environment& environment, at::Tensor tensor, const BufferWindow* lender) {
  const napi_env env = environment.env();
  if (!tensor.defined()) return Napi::Env(env).Null();
  if (!environment.initialized()) {
    throw core::Error("ERR_NOT_INITIALIZED", "the addon was not initialized in this environment");
  }
  TensorHandle* handle = environment.tensors().Insert({&environment, std::move(tensor), nullptr});
  napi_value arguments[] = {environment.Token(), nullptr};
  napi_value instance = nullptr;
  napi_status status = napi_create_double(env, HandleTable::NumberOf(handle), &arguments[1]);
  if (status == napi_ok) {
    status = napi_new_instance(env, environment.TensorConstructor(), 2, arguments, &instance);
  }
  if (status == napi_ok) status = napi_wrap(env, instance, handle, Finalize, nullptr, nullptr);
  Account(environment, handle, status, lender);
  return instance;
}

double AttachTensor(Environment& environment, napi_value object, at::Tensor tensor) {
  TensorHandle* handle = environment.tensors().Insert({&environment, std::move(tensor), nullptr});
  const napi_status status =
      napi_wrap(environment.env(), object, handle, Finalize, nullptr, nullptr);
  Account(environment, handle, status, nullptr);
  return HandleTable::NumberOf(handle);
}

void Publish(TensorHandle& handle) {
  if (!handle.is_sole) return;
  handle.ledger_key =
      handle.environment->ledger().Publish(handle.tensor, std::exchange(handle.sole_bytes, 0));
  handle.is_sole = false;
}

TensorHandle* FindTensor(Environment& environment, napi_value value) {
  void* data = nullptr;
  if (napi_unwrap(environment.env(), value, &data) != napi_ok) return nullptr;
  if (!environment.tensors().Contains(data)) return nullptr;
  auto* handle = static_cast<TensorHandle*>(data);
  Publish(*handle);  // whoever asks may make a view of it, or show its memory
  return handle;
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

void DisposeTensor(Environment& environment, napi_value value, double number) {
  TensorHandle* handle = environment.tensors().Find(number);
  if (handle == nullptr) handle = FindTensor(environment, value);
  if (handle == nullptr) {
    IsDisposedTensor(environment, value);
    return;
  }
  void* wrapped = nullptr;
  NAPI_THROW_IF_FAILED_VOID(environment.env(),
                            napi_remove_wrap(environment.env(), value, &wrapped));
  Release(static_cast<TensorHandle*>(wrapped));
}

}  // namespace libtorch_node::binding

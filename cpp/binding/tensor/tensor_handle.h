#pragma once

#include <ATen/core/Tensor.h>

#include "binding/environment.h"
#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// What a JavaScript Tensor wraps until it is disposed.
struct TensorHandle {
  Environment* environment = nullptr;
  at::Tensor tensor;
  const c10::StorageImpl* ledger_key = nullptr;
  /// Nobody else knows the storage, of this many bytes, and the ledger has no entry of it.
  bool is_sole = false;
  std::size_t sole_bytes = 0;
};

/// Makes a JavaScript Tensor; null for an undefined tensor.
napi_value NewTensor(Environment& environment, at::Tensor tensor,
                     const BufferWindow* lender = nullptr);

/// Makes an empty JavaScript Tensor one of this; returns the number of its handle.
double AttachTensor(Environment& environment, napi_value object, at::Tensor tensor);

/// Tells the ledger of the storage, before anybody else comes to know it.
void Publish(TensorHandle& handle);

/// Null when the value is not a live Tensor of this environment.
TensorHandle* FindTensor(Environment& environment, napi_value value);

/// Throws ERR_INVALID_ARG_TYPE for what is no Tensor, ERR_DISPOSED for one that is gone.
const at::Tensor& RequireTensor(Environment& environment, napi_value value);

/// Whether the value was a Tensor of this environment and is disposed; throws ERR_INVALID_ARG_TYPE
/// for what is none.
bool IsDisposedTensor(Environment& environment, napi_value value);

/// Lets go of the memory at once, and spares the garbage collector the finalizer. Again: does
/// nothing. `number` is that of the value's handle, or 0 where it is not known.
void DisposeTensor(Environment& environment, napi_value value, double number);

}  // namespace libtorch_node::binding

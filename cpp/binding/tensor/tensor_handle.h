#pragma once

#include <ATen/core/Tensor.h>

#include "binding/environment.h"
#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// What a JavaScript Tensor wraps. An undefined tensor means: disposed.
struct TensorHandle {
  Environment* environment;
  at::Tensor tensor;
  const c10::StorageImpl* ledger_key;
};

/// Makes a JavaScript Tensor; null for an undefined tensor.
napi_value NewTensor(Environment& environment, at::Tensor tensor);

/// Null when the value is not a Tensor of this environment.
TensorHandle* FindTensor(Environment& environment, napi_value value);

/// Throws ERR_INVALID_ARG_TYPE for what is no Tensor, ERR_DISPOSED for one that is gone.
const at::Tensor& RequireTensor(Environment& environment, napi_value value);

/// The same, keeping the handle: for what needs to change it.
TensorHandle& RequireHandle(Environment& environment, napi_value value);

void DisposeTensor(TensorHandle& handle);

}  // namespace libtorch_node::binding

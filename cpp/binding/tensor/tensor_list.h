#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "binding/environment.h"

namespace libtorch_node::binding {

/// An array of Tensors; null stands for an undefined one. Throws as RequireTensor does.
std::vector<at::Tensor> ReadTensors(Environment& environment, const Napi::Value& value);

/// The array of their JavaScript Tensors; null for undefined ones.
Napi::Array NewTensorList(Environment& environment, const std::vector<at::Tensor>& tensors);

}  // namespace libtorch_node::binding

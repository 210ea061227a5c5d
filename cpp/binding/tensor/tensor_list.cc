#include "binding/tensor/tensor_list.h"

#include "binding/tensor/tensor_handle.h"

namespace libtorch_node::binding {

std::vector<at::Tensor> ReadTensors(Environment& environment, const Napi::Value& value) {
  const Napi::Array array = value.As<Napi::Array>();
  const uint32_t length = array.Length();
  std::vector<at::Tensor> tensors(length);
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::HandleScope scope(environment.env());
    const Napi::Value item = array.Get(i);
    if (!item.IsNull()) tensors[i] = RequireTensor(environment, item);
  }
  return tensors;
}

Napi::Array NewTensorList(Environment& environment, const std::vector<at::Tensor>& tensors) {
  const Napi::Env env(environment.env());
  Napi::Array array = Napi::Array::New(env, tensors.size());
  for (uint32_t i = 0; i < tensors.size(); ++i) {
    const Napi::HandleScope scope(env);
    array.Set(i, Napi::Value(env, NewTensor(environment, tensors[i])));
  }
  return array;
}

}  // namespace libtorch_node::binding

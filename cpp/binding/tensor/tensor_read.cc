#include <ATen/core/Scalar.h>

#include <cstring>
#include <utility>

#include "binding/error_guard.h"
#include "binding/promise_task.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/tensor/tensor_room.h"
#include "binding/tensor/typed_array.h"
#include "binding/value/scalar.h"
#include "core/jit/trace_guard.h"
#include "core/tensor/item.h"
#include "core/tensor/normal_tensor.h"
#include "core/tensor/transfer.h"

namespace libtorch_node::binding {

namespace {

napi_value BytesFrom(napi_env env, const at::Tensor& readable) {
  const std::size_t size = readable.nbytes();
  void* data = nullptr;
  napi_value buffer = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_create_arraybuffer(env, size, &data, &buffer), nullptr);
  if (size > 0) std::memcpy(data, readable.const_data_ptr(), size);
  return buffer;
}

bool ReadableInPlace(const at::Tensor& tensor) {
  return tensor.is_cpu() && tensor.layout() == c10::kStrided && !tensor.is_quantized() &&
         !tensor.is_conj() && !tensor.is_neg() && tensor.is_contiguous();
}

Napi::Value Read(const Napi::CallbackInfo& info) {
  core::RefuseReadInTrace("toArray()");
  const at::Tensor& tensor = RequireTensor(Environment::Of(info.Env()), info[0]);
  return Napi::Value(
      info.Env(), BytesFrom(info.Env(), ReadableInPlace(tensor) ? tensor : core::Readable(tensor)));
}

/// The same as a typed array, where the dtype has one: one call instead of three.
Napi::Value ReadTyped(const Napi::CallbackInfo& info) {
  core::RefuseReadInTrace("toTypedArray()");
  const napi_env env = info.Env();
  const at::Tensor& tensor = RequireTensor(Environment::Of(env), info[0]);
  if (!ReadableInPlace(tensor)) return info.Env().Null();
  napi_value array = NewTypedArray(env, tensor.scalar_type(), BytesFrom(env, tensor), 0,
                                   static_cast<std::size_t>(tensor.numel()));
  return array == nullptr ? info.Env().Null() : Napi::Value(env, array);
}

Napi::Value ReadAsync(const Napi::CallbackInfo& info) {
  core::RefuseAsyncInTrace("toArrayAsync()");
  Environment& environment = Environment::Of(info.Env());
  const at::Tensor tensor = core::PinnedAlias(RequireTensor(environment, info[0]));
  return Napi::Value(info.Env(), Async(environment, core::Pool::Default(), [tensor]() -> Settle {
                       return [readable = core::Readable(tensor)](Environment& settling) {
                         return BytesFrom(settling.env(), readable);
                       };
                     }));
}

Napi::Value Item(const Napi::CallbackInfo& info) {
  core::RefuseReadInTrace("item()");
  const at::Tensor& tensor = RequireTensor(Environment::Of(info.Env()), info[0]);
  if (tensor.numel() != 1) {
    throw core::Error(
        "ERR_INVALID_ARG_VALUE",
        "item: expected a tensor with one element, got one with " + std::to_string(tensor.numel()),
        core::ErrorKind::kRange);
  }
  return Napi::Value(info.Env(), FromScalar(info.Env(), core::Item(tensor)));
}

}  // namespace

void InitTensorRead(Napi::Env, Napi::Object room) {
  Define<Read>(room, "read");
  Define<ReadTyped>(room, "readTyped");
  Define<ReadAsync>(room, "readAsync");
  Define<Item>(room, "item");
}

}  // namespace libtorch_node::binding

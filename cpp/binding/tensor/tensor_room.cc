#include "binding/tensor/tensor_room.h"

#include <string>
#include <utility>

#include "binding/error_guard.h"
#include "binding/promise_task.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/names.h"
#include "core/jit/trace_guard.h"
#include "core/runtime/shared_table.h"
#include "core/tensor/normal_tensor.h"
#include "core/tensor/size_guard.h"
#include "core/tensor/transfer.h"

namespace libtorch_node::binding {

namespace {

const at::Tensor& TensorOf(const Napi::CallbackInfo& info) {
  return RequireTensor(Environment::Of(info.Env()), info[0]);
}

Napi::Value FromSizes(Napi::Env env, at::IntArrayRef sizes) {
  napi_value result = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_create_array_with_length(env, sizes.size(), &result),
                       Napi::Value());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    napi_value size = nullptr;
    NAPI_THROW_IF_FAILED(env, napi_create_int64(env, sizes[i], &size), Napi::Value());
    NAPI_THROW_IF_FAILED(env, napi_set_element(env, result, static_cast<uint32_t>(i), size),
                         Napi::Value());
  }
  return Napi::Value(env, result);
}

Napi::Value Shape(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = TensorOf(info);  // a setter of Array.prototype may dispose it
  return FromSizes(info.Env(), tensor.sizes());
}

Napi::Value Stride(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = TensorOf(info);
  return FromSizes(info.Env(), tensor.strides());
}

Napi::Value StorageOffset(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TensorOf(info).storage_offset()));
}

Napi::Value Dim(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TensorOf(info).dim()));
}

Napi::Value Numel(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TensorOf(info).numel()));
}

Napi::Value DType(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), DTypeName(TensorOf(info).scalar_type()));
}

Napi::Value Device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), DeviceName(TensorOf(info).device()));
}

Napi::Value IsContiguous(const Napi::CallbackInfo& info) {
  const c10::MemoryFormat format = info[1].IsString()
                                       ? MemoryFormatOf(info[1].ToString().Utf8Value())
                                       : c10::MemoryFormat::Contiguous;
  return Napi::Boolean::New(info.Env(), TensorOf(info).is_contiguous(format));
}

Napi::Value IsPinned(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core::IsPinned(TensorOf(info)));
}

Napi::Value RequiresGrad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), TensorOf(info).requires_grad());
}

Napi::Value ToAsync(const Napi::CallbackInfo& info) {
  core::RefuseAsyncInTrace("toAsync()");
  Environment& environment = Environment::Of(info.Env());
  const at::Tensor tensor = core::PinnedAlias(TensorOf(info));
  std::optional<c10::Device> device;
  std::optional<c10::ScalarType> dtype;
  if (info[1].IsString()) device = DeviceOf(info[1].ToString().Utf8Value());
  if (info[2].IsString()) dtype = DTypeOf(info[2].ToString().Utf8Value());
  return Napi::Value(
      info.Env(), Async(environment, core::Pool::Default(), [tensor, device, dtype]() -> Settle {
        return [moved = core::Transfer(tensor, device, dtype)](Environment& settling) {
          return NewTensor(settling, moved);
        };
      }));
}

/// Of a tensor and the number of its handle.
napi_value Dispose(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  std::size_t count = 2;
  NAPI_THROW_IF_FAILED(env, napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr),
                       nullptr);
  Environment& environment = Environment::Of(env);
  double number = 0;
  napi_get_value_double(env, arguments[1], &number);
  DisposeTensor(environment, arguments[0], number);
  return nullptr;
}

Napi::Value IsDisposed(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), IsDisposedTensor(Environment::Of(info.Env()), info[0]));
}

Napi::Value Share(const Napi::CallbackInfo& info) {
  const at::Tensor& tensor = TensorOf(info);
  // Another thread reads it from now on.
  core::PinStorage(tensor);
  return Napi::String::New(info.Env(), core::ShareTensor(tensor));
}

Napi::Value Claim(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = core::ClaimTensor(info[0].ToString().Utf8Value());
  return Napi::Value(info.Env(), NewTensor(Environment::Of(info.Env()), core::Alias(tensor)));
}

Napi::Value RevokeShare(const Napi::CallbackInfo& info) {
  core::Revoke(info[0].ToString().Utf8Value());
  return info.Env().Undefined();
}

Napi::Value ReportUsage(const Napi::CallbackInfo& info) {
  const MemoryUsage& usage = Environment::Of(info.Env()).ledger().usage();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("tensors", static_cast<double>(usage.tensors));
  result.Set("cpuBytes", static_cast<double>(usage.cpu_bytes));
  result.Set("cudaBytes", static_cast<double>(usage.cuda_bytes));
  result.Set("externalBytes", static_cast<double>(usage.external_bytes));
  return result;
}

}  // namespace

void InitTensor(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Shape>(room, "shape");
  Define<Stride>(room, "stride");
  Define<StorageOffset>(room, "storageOffset");
  Define<Dim>(room, "dim");
  Define<Numel>(room, "numel");
  Define<DType>(room, "dtype");
  Define<Device>(room, "device");
  Define<IsContiguous>(room, "isContiguous");
  Define<IsPinned>(room, "isPinned");
  Define<RequiresGrad>(room, "requiresGrad");
  Define<ToAsync>(room, "toAsync");
  DefineRaw<Dispose>(room, "dispose");
  Define<IsDisposed>(room, "isDisposed");
  Define<Share>(room, "share");
  Define<Claim>(room, "claim");
  Define<RevokeShare>(room, "revoke");
  Define<ReportUsage>(room, "memoryUsage");
  InitTensorMemory(env, room);
  InitTensorRead(env, room);
  exports.Set("tensor", room);
}

}  // namespace libtorch_node::binding

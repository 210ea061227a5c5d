#include <c10/core/Storage.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "binding/error_guard.h"
#include "binding/tensor/buffer_bytes.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/tensor/tensor_room.h"
#include "binding/tensor/typed_array.h"
#include "binding/value/names.h"
#include "core/error.h"
#include "core/jit/trace.h"
#include "core/jit/trace_guard.h"
#include "core/tensor/size_guard.h"
#include "core/tensor/storage_tensor.h"
#include "core/tensor/transfer.h"

namespace libtorch_node::binding {

namespace {

/// The arguments of `fromData` and `fromBuffer`: buffer, byteOffset, dtype, shape.
struct NewTensorCall {
  std::vector<int64_t> shape;
  c10::ScalarType dtype;
  BufferBytes bytes;
  std::size_t byte_offset;
};

std::size_t OffsetOf(const Napi::Value& value) {
  return static_cast<std::size_t>(value.ToNumber().Int64Value());
}

NewTensorCall ReadCall(Environment& environment, const Napi::CallbackInfo& info) {
  NewTensorCall call;
  const Napi::Array shape = info[3].As<Napi::Array>();
  for (uint32_t i = 0; i < shape.Length(); ++i) {
    call.shape.push_back(shape.Get(i).ToNumber().Int64Value());
  }
  call.dtype = DTypeOf(info[2].ToString().Utf8Value());
  call.byte_offset = OffsetOf(info[1]);
  call.bytes =
      BytesOf(environment, info[0], call.byte_offset, core::BytesNeeded(call.shape, call.dtype));
  return call;
}

Napi::Value CopyOf(Environment& environment, const NewTensorCall& call) {
  at::Tensor tensor = core::NewCpuTensor(call.shape, call.dtype);
  if (call.bytes.size > 0) std::memcpy(tensor.mutable_data_ptr(), call.bytes.data, call.bytes.size);
  if (core::Trace* trace = core::Trace::Current()) trace->Bake(tensor);
  return Napi::Value(environment.env(), NewTensor(environment, std::move(tensor)));
}

Napi::Value FromData(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  return CopyOf(environment, ReadCall(environment, info));
}

Napi::Value FromBuffer(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const NewTensorCall call = ReadCall(environment, info);
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(call.bytes.data) % c10::elementSize(call.dtype) == 0;
  std::shared_ptr<void> pin;
  if (aligned && call.bytes.size > 0) pin = PinBytes(call.bytes);
  if (pin == nullptr) return CopyOf(environment, call);
  const at::Tensor tensor = core::BorrowCpuTensor(call.shape, call.dtype, call.bytes.data,
                                                  call.bytes.size, std::move(pin));
  if (core::Trace* trace = core::Trace::Current()) trace->Bake(tensor);
  const BufferWindow lender{call.bytes.buffer, call.byte_offset};
  return Napi::Value(info.Env(), NewTensor(environment, tensor, &lender));
}

Napi::Value SharesMemory(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  return Napi::Boolean::New(info.Env(),
                            environment.ledger().Shared(RequireTensor(environment, info[0])));
}

/// Says which call makes a tensor that has a direct view.
void RequireView(const at::Tensor& tensor) {
  const auto refuse = [](const std::string& what, const std::string& call) {
    throw core::Error("ERR_NO_VIEW", what + " has no direct view: call " + call + " first");
  };
  if (!tensor.is_cpu()) refuse("a tensor on " + DeviceName(tensor.device()), "cpu()");
  if (tensor.is_quantized()) refuse("a quantized tensor", "dequantize() or intRepr()");
  if (tensor.layout() != c10::kStrided) refuse("a sparse tensor", "toDense()");
  if (tensor.is_conj() || tensor.is_neg()) {
    refuse("a lazily conjugated or negated tensor", "resolveConj() or resolveNeg()");
  }
  if (!tensor.is_contiguous()) refuse("a tensor that is not contiguous", "contiguous()");
  if (!tensor.has_storage()) refuse("a tensor without storage", "clone()");
}

Napi::Value Data(const Napi::CallbackInfo& info) {
  core::RefuseReadInTrace("data");
  const Napi::Env env = info.Env();
  Environment& environment = Environment::Of(env);
  const at::Tensor tensor = RequireTensor(environment, info[0]);  // JavaScript may dispose it
  RequireView(tensor);
  BufferWindow window{nullptr, 0};
  if (tensor.numel() > 0) {
    core::PinStorage(tensor);
    window = environment.ledger().Expose(environment, tensor);
  } else {
    // An external buffer of no bytes would look detached.
    window.buffer = Napi::ArrayBuffer::New(env, 0);
  }
  // One call for what Node-API can make; JavaScript makes the rest: views of shared memory.
  if (napi_value array = NewTypedArray(env, tensor.scalar_type(), window.buffer, window.byte_offset,
                                       static_cast<std::size_t>(tensor.numel()))) {
    return Napi::Value(env, array);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("buffer", Napi::Value(env, window.buffer));
  result.Set("byteOffset", static_cast<double>(window.byte_offset));
  result.Set("length", static_cast<double>(tensor.numel()));
  return result;
}

Napi::Value CopyFrom(const Napi::CallbackInfo& info) {
  core::RefuseInTrace("copyFrom()");
  Environment& environment = Environment::Of(info.Env());
  // First what may run the caller's code: it could dispose the tensor.
  const BufferBytes bytes = BytesOf(environment, info[1], OffsetOf(info[2]), OffsetOf(info[3]));
  const at::Tensor tensor = RequireTensor(environment, info[0]);  // JavaScript may dispose it
  const std::size_t expected = core::BytesNeeded(tensor.sizes(), tensor.scalar_type());
  if (bytes.size != expected) {
    throw core::Error("ERR_OUT_OF_RANGE",
                      "copyFrom: expected " + std::to_string(expected) + " bytes, got " +
                          std::to_string(bytes.size),
                      core::ErrorKind::kRange);
  }
  core::CopyIn(tensor, bytes.data);
  return info.Env().Undefined();
}

}  // namespace

void InitTensorMemory(Napi::Env env, Napi::Object room) {
  InitBuffers(env);
  Define<FromData>(room, "fromData");
  Define<FromBuffer>(room, "fromBuffer");
  Define<SharesMemory>(room, "sharesMemory");
  Define<Data>(room, "data");
  Define<CopyFrom>(room, "copyFrom");
}

}  // namespace libtorch_node::binding

#include "binding/tensor/buffer_bytes.h"

#include <dlfcn.h>

#include <atomic>
#include <string>

#include "binding/value/describe.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

// V8 hands out the memory behind a buffer as a shared_ptr; Node-API has no word for it. Looked up
// by name, so that a runtime without V8 copies instead. A napi_value is V8's own handle.
using GetBackingStore = std::shared_ptr<void> (*)(napi_value);

GetBackingStore FindGetBackingStore(bool shared) {
  static const auto plain = reinterpret_cast<GetBackingStore>(
      dlsym(RTLD_DEFAULT, "_ZN2v811ArrayBuffer15GetBackingStoreEv"));
  static const auto shared_form = reinterpret_cast<GetBackingStore>(
      dlsym(RTLD_DEFAULT, "_ZN2v817SharedArrayBuffer15GetBackingStoreEv"));
  return shared ? shared_form : plain;
}

std::atomic<bool> stores_stay{false};

/// Whether `transfer(newLength)` leaves a store alone that others hold: V8 12 reallocates it.
bool ProbeTransfer(Napi::Env env, GetBackingStore get_backing_store) {
  constexpr std::size_t kLength = 4096;
  const Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, kLength);
  const Napi::Value transfer = buffer.Get("transfer");
  if (!transfer.IsFunction()) return true;
  using ByteLength = std::size_t (*)(const void*);
  const auto byte_length =
      reinterpret_cast<ByteLength>(dlsym(RTLD_DEFAULT, "_ZNK2v812BackingStore10ByteLengthEv"));
  if (byte_length == nullptr) return false;
  const std::shared_ptr<void> store = get_backing_store(buffer);
  try {
    transfer.As<Napi::Function>().Call(buffer, {Napi::Number::New(env, kLength / 2)});
  } catch (const Napi::Error&) {
    return false;
  }
  return byte_length(store.get()) == kLength;
}

/// Asked of the store itself: JavaScript can hide the buffer's property.
bool MayShrink(const std::shared_ptr<void>& store) {
  using IsResizable = bool (*)(const void*);
  static const auto is_resizable = reinterpret_cast<IsResizable>(
      dlsym(RTLD_DEFAULT, "_ZNK2v812BackingStore27IsResizableByUserJavaScriptEv"));
  return is_resizable == nullptr || is_resizable(store.get());
}

core::Error NoBuffer(napi_env env, napi_value value) {
  return core::Error(
      "ERR_INVALID_ARG_TYPE",
      "expected an ArrayBuffer or SharedArrayBuffer, got " + DescribeValue(env, value),
      core::ErrorKind::kType);
}

}  // namespace

void InitBuffers(Napi::Env env) {
  const GetBackingStore get_backing_store = FindGetBackingStore(false);
  if (get_backing_store != nullptr) stores_stay = ProbeTransfer(env, get_backing_store);
}

BufferBytes BytesOf(Environment& environment, napi_value buffer, std::size_t offset,
                    std::size_t size) {
  const napi_env env = environment.env();
  BufferBytes bytes;
  bytes.buffer = buffer;
  bool is_array_buffer = false;
  napi_is_arraybuffer(env, buffer, &is_array_buffer);
  std::size_t length = 0;
  if (is_array_buffer) {
    bool detached = false;
    napi_is_detached_arraybuffer(env, buffer, &detached);
    if (detached) {
      throw core::Error("ERR_DETACHED_BUFFER", "expected a buffer with memory, got a detached one",
                        core::ErrorKind::kType);
    }
    NAPI_THROW_IF_FAILED(env, napi_get_arraybuffer_info(env, buffer, &bytes.data, &length), bytes);
  } else {
    napi_valuetype type = napi_undefined;
    napi_typeof(env, buffer, &type);
    if (type != napi_object) throw NoBuffer(env, buffer);
    // Node-API sees a SharedArrayBuffer only through a typed array over it.
    const Napi::Value view = environment.NewUint8Array(buffer);
    napi_typedarray_type element{};
    napi_value behind = nullptr;
    NAPI_THROW_IF_FAILED(
        env, napi_get_typedarray_info(env, view, &element, &length, &bytes.data, &behind, nullptr),
        bytes);
    bool same = false;
    napi_strict_equals(env, behind, buffer, &same);
    if (!same) throw NoBuffer(env, buffer);
    bytes.shared = true;
  }
  if (offset > length || size > length - offset) {
    throw core::Error("ERR_OUT_OF_RANGE",
                      "expected " + std::to_string(size) + " bytes at offset " +
                          std::to_string(offset) + ", but the buffer has " + std::to_string(length),
                      core::ErrorKind::kRange);
  }
  bytes.data = static_cast<char*>(bytes.data) + offset;
  bytes.size = size;
  return bytes;
}

std::shared_ptr<void> PinBytes(const BufferBytes& bytes) {
  const GetBackingStore get_backing_store = FindGetBackingStore(bytes.shared);
  if (get_backing_store == nullptr) return nullptr;
  if (!bytes.shared && !stores_stay) return nullptr;
  std::shared_ptr<void> store = get_backing_store(bytes.buffer);
  if (!bytes.shared && MayShrink(store)) return nullptr;
  return store;
}

}  // namespace libtorch_node::binding

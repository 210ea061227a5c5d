#pragma once

#include <cstddef>
#include <memory>

#include "binding/environment.h"
#include "binding/napi_config.h"

namespace libtorch_node::binding {

/// A stretch of an ArrayBuffer or SharedArrayBuffer. The pointer holds while no JavaScript runs.
struct BufferBytes {
  napi_value buffer = nullptr;
  void* data = nullptr;
  std::size_t size = 0;
  bool shared = false;  // a SharedArrayBuffer
};

/// Finds out what this runtime does to the memory of a transferred buffer, before anybody else
/// runs.
void InitBuffers(Napi::Env env);

/// Throws ERR_INVALID_ARG_TYPE for what is no buffer, ERR_DETACHED_BUFFER for a detached one,
/// ERR_OUT_OF_RANGE for a stretch that does not lie inside.
BufferBytes BytesOf(Environment& environment, napi_value buffer, std::size_t offset,
                    std::size_t size);

/// Keeps the memory in place whatever becomes of the JavaScript buffer; null where the runtime has
/// no way to, or the buffer is resizable: the caller must copy. A reference to the buffer would not
/// do: transfer moves its memory.
std::shared_ptr<void> PinBytes(const BufferBytes& bytes);

}  // namespace libtorch_node::binding

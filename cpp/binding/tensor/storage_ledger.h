#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/StorageImpl.h>
#include <c10/util/flat_hash_map.h>

#include <cstdint>

#include "binding/napi_config.h"

namespace libtorch_node::binding {

class Environment;

struct MemoryUsage {
  std::size_t tensors = 0;
  std::size_t cpu_bytes = 0;
  std::size_t cuda_bytes = 0;
  std::size_t external_bytes = 0;
};

/// A window on the one buffer that shows a storage to JavaScript.
struct BufferWindow {
  napi_value buffer;
  std::size_t byte_offset;
};

/// What one environment holds of each storage: reports the bytes to V8 once however many tensors
/// share them, and keeps at most one ArrayBuffer per storage. JavaScript thread only.
class StorageLedger {
 public:
  explicit StorageLedger(napi_env env) : env_(env) {}

  /// Returns the key to pass to Remove; null for tensors without storage. With a lender the storage
  /// is memory of that JavaScript buffer, which V8 counts itself: telling it again would start a
  /// collection.
  const c10::StorageImpl* Add(const at::Tensor& tensor, const BufferWindow* lender = nullptr);
  void Remove(const c10::StorageImpl* key);

  /// The same for a CPU tensor whose storage nobody else knows: counts its bytes, and looks up
  /// nothing. Publish makes it a usual one, before anybody else can come to know the storage.
  void AddSole(std::size_t bytes);
  void RemoveSole(std::size_t bytes);
  const c10::StorageImpl* Publish(const at::Tensor& tensor, std::size_t bytes);

  /// True while the storage is memory of a JavaScript buffer, or shown to JavaScript.
  bool Shared(const at::Tensor& tensor) const;
  /// The storage's buffer, made at the first call. The tensor must be added and on the CPU.
  BufferWindow Expose(Environment& environment, const at::Tensor& tensor);

  const MemoryUsage& usage() const { return usage_; }
  /// Forgets everything JavaScript, before the environment goes.
  void Close();

 private:
  struct Entry {
    c10::weak_intrusive_ptr<c10::StorageImpl> storage;  // keeps the key from being reused
    std::size_t bytes = 0;
    std::size_t handles = 0;
    std::size_t buffers = 0;  // external ArrayBuffers alive; V8 counts their bytes itself
    std::size_t buffer_offset = 0;
    napi_ref buffer = nullptr;
    bool cuda = false;
    bool borrowed = false;
  };
  struct ExternalBuffer;

  void Borrow(Entry& entry, const BufferWindow& lender);
  void Charge(int64_t bytes);
  void Uncharge(const Entry& entry);
  void BufferGone(const c10::StorageImpl* key);
  using Entries = ska::flat_hash_map<const c10::StorageImpl*, Entry>;
  void EraseIfUnused(Entries::iterator found);
  napi_value LiveBuffer(const Entry& entry) const;

  napi_env env_;
  bool closed_ = false;
  int64_t pending_ = 0;
  MemoryUsage usage_;
  Entries entries_;
};

}  // namespace libtorch_node::binding

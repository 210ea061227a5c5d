#include "binding/tensor/storage_ledger.h"

#include <cstring>
#include <utility>

#include "binding/environment.h"

namespace libtorch_node::binding {

namespace {

// A tensor costs this much beside its data: without it V8 would see no reason to collect small
// ones.
constexpr int64_t kTensorOverhead = 512;
// Telling V8 costs more than a small tensor does: it hears of changes in chunks.
constexpr int64_t kReportChunk = 64 * 1024;

}  // namespace

struct StorageLedger::ExternalBuffer {
  Environment* environment;
  c10::Storage storage;
};

const c10::StorageImpl* StorageLedger::Add(const at::Tensor& tensor, const BufferWindow* lender) {
  ++usage_.tensors;
  Charge(kTensorOverhead);
  if (!tensor.defined() || !tensor.has_storage()) return nullptr;
  c10::StorageImpl* key = tensor.storage().unsafeGetStorageImpl();
  // Most storages have one tensor: whether there is an entry is found out by making it.
  const auto [found, is_new] =
      entries_.emplace(key, Entry{c10::weak_intrusive_ptr<c10::StorageImpl>(
                                c10::intrusive_ptr<c10::StorageImpl>::reclaim_copy(key))});
  Entry& entry = found->second;
  if (is_new) {
    entry.bytes = key->nbytes();
    entry.cuda = tensor.is_cuda();
    if (lender != nullptr) {
      Borrow(entry, *lender);
    } else {
      (entry.cuda ? usage_.cuda_bytes : usage_.cpu_bytes) += entry.bytes;
      if (!entry.cuda) Charge(static_cast<int64_t>(entry.bytes));
    }
  }
  ++entry.handles;
  return key;
}

void StorageLedger::Remove(const c10::StorageImpl* key) {
  --usage_.tensors;
  Charge(-kTensorOverhead);
  if (key == nullptr) return;
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  --found->second.handles;
  EraseIfUnused(found);
}

void StorageLedger::AddSole(std::size_t bytes) {
  ++usage_.tensors;
  usage_.cpu_bytes += bytes;
  Charge(kTensorOverhead + static_cast<int64_t>(bytes));
}

void StorageLedger::RemoveSole(std::size_t bytes) {
  --usage_.tensors;
  usage_.cpu_bytes -= bytes;
  Charge(-kTensorOverhead - static_cast<int64_t>(bytes));
}

const c10::StorageImpl* StorageLedger::Publish(const at::Tensor& tensor, std::size_t bytes) {
  RemoveSole(bytes);
  return Add(tensor);
}

void StorageLedger::Uncharge(const Entry& entry) {
  if (entry.borrowed) {
    usage_.external_bytes -= entry.bytes;
    return;
  }
  (entry.cuda ? usage_.cuda_bytes : usage_.cpu_bytes) -= entry.bytes;
  if (!entry.cuda && entry.buffers == 0) Charge(-static_cast<int64_t>(entry.bytes));
}

void StorageLedger::EraseIfUnused(Entries::iterator found) {
  const Entry& entry = found->second;
  if (entry.handles > 0 || entry.buffers > 0) return;
  Uncharge(entry);
  if (entry.buffer != nullptr && !closed_) napi_delete_reference(env_, entry.buffer);
  entries_.erase(found);
}

void StorageLedger::Charge(int64_t bytes) {
  pending_ += bytes;
  if (closed_ || (pending_ < kReportChunk && pending_ > -kReportChunk)) return;
  int64_t total = 0;
  napi_adjust_external_memory(env_, pending_, &total);
  pending_ = 0;
}

void StorageLedger::Borrow(Entry& entry, const BufferWindow& lender) {
  entry.borrowed = true;
  entry.buffer_offset = lender.byte_offset;
  usage_.external_bytes += entry.bytes;
  // Weak: the memory is pinned apart from this object, which must stay collectable. Not every kind
  // of buffer can be referred to; one that cannot is shown through a buffer of our own.
  if (napi_create_reference(env_, lender.buffer, 0, &entry.buffer) != napi_ok) {
    entry.buffer = nullptr;
  }
}

bool StorageLedger::Shared(const at::Tensor& tensor) const {
  if (!tensor.has_storage()) return false;
  const auto found = entries_.find(tensor.storage().unsafeGetStorageImpl());
  return found != entries_.end() && (found->second.borrowed || found->second.buffers > 0);
}

napi_value StorageLedger::LiveBuffer(const Entry& entry) const {
  napi_value buffer = nullptr;
  if (entry.buffer == nullptr) return nullptr;
  if (napi_get_reference_value(env_, entry.buffer, &buffer) != napi_ok) return nullptr;
  bool detached = false;
  if (buffer != nullptr) napi_is_detached_arraybuffer(env_, buffer, &detached);
  return detached ? nullptr : buffer;
}

BufferWindow StorageLedger::Expose(Environment& environment, const at::Tensor& tensor) {
  c10::StorageImpl* key = tensor.storage().unsafeGetStorageImpl();
  const std::size_t offset =
      static_cast<std::size_t>(tensor.storage_offset()) * tensor.dtype().itemsize();
  {
    Entry& entry = entries_.at(key);
    if (napi_value buffer = LiveBuffer(entry)) return {buffer, entry.buffer_offset + offset};
    if (entry.buffer != nullptr) napi_delete_reference(env_, entry.buffer);
    entry.buffer = nullptr;
  }

  auto external = std::make_unique<ExternalBuffer>(ExternalBuffer{&environment, tensor.storage()});
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env_, key->mutable_data(), key->nbytes(),
      [](napi_env, void*, void* hint) {
        const std::unique_ptr<ExternalBuffer> gone(static_cast<ExternalBuffer*>(hint));
        gone->environment->ledger().BufferGone(gone->storage.unsafeGetStorageImpl());
        gone->environment->Release();
      },
      external.get(), &buffer);
  if (status == napi_no_external_buffers_allowed) {
    void* copy = nullptr;
    NAPI_THROW_IF_FAILED(env_, napi_create_arraybuffer(env_, key->nbytes(), &copy, &buffer),
                         BufferWindow{});
    std::memcpy(copy, key->data(), key->nbytes());
    return {buffer, offset};
  }
  NAPI_THROW_IF_FAILED(env_, status, BufferWindow{});
  external.release();
  environment.Retain();
  // Making the buffer may have collected others, and moved the entry.
  Entry& entry = entries_.at(key);
  if (!entry.borrowed && entry.buffers == 0) Charge(-static_cast<int64_t>(entry.bytes));
  ++entry.buffers;
  entry.buffer_offset = 0;
  NAPI_THROW_IF_FAILED(env_, napi_create_reference(env_, buffer, 0, &entry.buffer), BufferWindow{});
  return {buffer, offset};
}

void StorageLedger::BufferGone(const c10::StorageImpl* key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (--entry.buffers == 0 && !entry.borrowed) Charge(static_cast<int64_t>(entry.bytes));
  EraseIfUnused(found);
}

void StorageLedger::Close() {
  if (pending_ != 0) {
    int64_t total = 0;
    napi_adjust_external_memory(env_, pending_, &total);
    pending_ = 0;
  }
  for (auto& [key, entry] : entries_) {
    if (entry.buffer != nullptr) napi_delete_reference(env_, entry.buffer);
    entry.buffer = nullptr;
  }
  closed_ = true;
}

}  // namespace libtorch_node::binding

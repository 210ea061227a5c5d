#include "core/runtime/shared_table.h"

#include <array>
#include <cstdint>
#include <mutex>
#include <random>
#include <unordered_map>
#include <utility>
#include <variant>

#include "core/error.h"
#include "core/runtime/leaked.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {
namespace {

using Shared = std::variant<at::Tensor, std::shared_ptr<Engine>>;

struct Table {
  std::mutex mutex;
  std::unordered_map<std::string, Shared> entries;
};

Table& TheTable() {
  static Leaked<Table> table;
  return table.get();
}

std::string NewToken() {
  std::random_device random;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  for (int word = 0; word < 4; ++word) {
    std::uint32_t bits = random();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4) token += kDigits[bits & 15U];
  }
  return token;
}

std::string Share(Shared shared) {
  std::string token = NewToken();
  Table& table = TheTable();
  const std::lock_guard lock(table.mutex);
  table.entries.emplace(token, std::move(shared));
  return token;
}

template <typename T>
T Claim(const std::string& token, const char* what) {
  Table& table = TheTable();
  const std::lock_guard lock(table.mutex);
  const auto entry = table.entries.find(token);
  const T* found = entry == table.entries.end() ? nullptr : std::get_if<T>(&entry->second);
  if (found == nullptr) {
    throw Error("ERR_SHARE_REVOKED",
                std::string("the shared ") + what +
                    " is gone: its handle was disposed, or comes from another process");
  }
  return *found;
}

}  // namespace

std::string ShareTensor(const at::Tensor& tensor) { return Share(PinnedAlias(tensor)); }

std::string ShareEngine(std::shared_ptr<Engine> engine) { return Share(std::move(engine)); }

// Each side gets sizes of its own: a tensor's sizes must not change under another thread's eyes.
at::Tensor ClaimTensor(const std::string& token) {
  return PinnedAlias(Claim<at::Tensor>(token, "tensor"));
}

std::shared_ptr<Engine> ClaimEngine(const std::string& token) {
  return Claim<std::shared_ptr<Engine>>(token, "module");
}

void Revoke(const std::string& token) {
  Table& table = TheTable();
  std::unordered_map<std::string, Shared>::node_type removed;  // destroyed outside of the lock
  const std::lock_guard lock(table.mutex);
  removed = table.entries.extract(token);
}

}  // namespace libtorch_node::core

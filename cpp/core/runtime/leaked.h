#pragma once

#include <cstddef>
#include <new>

namespace libtorch_node::core {

/// A process-wide object that is never destroyed: threads may still use it while static destructors
/// run.
template <typename T>
class Leaked {
 public:
  Leaked() { new (storage_) T(); }
  Leaked(const Leaked&) = delete;
  Leaked& operator=(const Leaked&) = delete;

  T& get() { return *std::launder(reinterpret_cast<T*>(storage_)); }

 private:
  alignas(T) std::byte storage_[sizeof(T)];
};

}  // namespace libtorch_node::core

#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace libtorch_node::core {

class PoolState;

/// Every thread and every pool of the process. A thread that has ended is joined by whoever comes
/// next, so that its thread-locals are gone before LibTorch's static destructors run.
class ThreadRegistry {
 public:
  static ThreadRegistry& Get();

  void AddPool(const std::shared_ptr<PoolState>& pool);
  void ThreadStarted();
  /// The last act of a thread: gives its own handle, to be joined by another one.
  void Retire(std::thread handle) noexcept;
  void JoinRetired();

  /// Process exit: no pool starts another task, and idle threads end.
  void AbandonPools();
  /// Then: false when a task is running, or threads have not ended by then.
  bool JoinIdle(std::chrono::steady_clock::time_point deadline);

 private:
  std::vector<std::shared_ptr<PoolState>> LivePools();

  std::mutex mutex_;
  std::condition_variable all_ended_;
  int live_ = 0;
  std::vector<std::weak_ptr<PoolState>> pools_;
  std::vector<std::thread> retired_;
};

}  // namespace libtorch_node::core

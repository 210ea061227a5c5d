#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/runtime/pool.h"

namespace libtorch_node::core {

/// What the threads of a pool share; each of them keeps it alive.
class PoolState : public std::enable_shared_from_this<PoolState> {
 public:
  /// `shape` has no zeros.
  explicit PoolState(const PoolOptions& shape);

  void Post(std::shared_ptr<Task> task);
  bool Remove(const Task* task);
  PoolInfo Info() const;
  void Close();
  void Reserve();
  void PostReserved(std::shared_ptr<Task> task) noexcept;
  void Unreserve() noexcept;
  /// Process exit: nothing queued starts any more, and idle threads end. Queued tasks stay in
  /// memory, because what they refer to may be gone already.
  void Abandon();

 private:
  void Run(int index);
  /// With the lock held. True when a waiting thread has to be woken.
  bool Enqueue(std::shared_ptr<Task> task);
  void StartThread();

  const PoolOptions shape_;
  const int id_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Task>> queue_;
  std::unordered_map<int, std::thread> threads_;
  int next_index_ = 0;
  std::size_t idle_ = 0;
  std::size_t running_ = 0;
  std::size_t reserved_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace libtorch_node::core

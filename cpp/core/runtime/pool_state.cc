#include "core/runtime/pool_state.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/runtime/thread_registry.h"
#include "core/runtime/thread_setup.h"

namespace libtorch_node::core {
namespace {

int NextId() {
  static std::atomic<int> next{0};
  return next++;
}

[[noreturn]] void ThrowClosed() {
  throw Error("ERR_POOL_CLOSED", "the pool is closed: it takes no more work");
}

}  // namespace

PoolState::PoolState(const PoolOptions& shape) : shape_(shape), id_(NextId()) {}

void PoolState::Post(std::shared_ptr<Task> task) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) ThrowClosed();
    wake = Enqueue(std::move(task));
  }
  if (wake) wake_.notify_one();
}

void PoolState::Reserve() {
  const std::lock_guard lock(mutex_);
  if (closed_) ThrowClosed();
  ++reserved_;
}

void PoolState::PostReserved(std::shared_ptr<Task> task) noexcept {
  try {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      --reserved_;
      wake = Enqueue(task) || closed_;
    }
    if (wake) wake_.notify_all();
  } catch (const Error&) {
    // No thread exists and none can be made: the caller's has to do.
    task->Execute();
    task->Complete();
  }
}

void PoolState::Unreserve() noexcept {
  {
    const std::lock_guard lock(mutex_);
    --reserved_;
  }
  wake_.notify_all();
}

bool PoolState::Enqueue(std::shared_ptr<Task> task) {
  queue_.push_back(std::move(task));
  if (abandoned_) return false;
  if (queue_.size() > idle_ && threads_.size() < static_cast<std::size_t>(shape_.threads)) {
    StartThread();
  }
  return idle_ > 0;
}

void PoolState::StartThread() {
  try {
    const SignalShield shield;
    const int index = next_index_++;
    threads_.emplace(index, std::thread([self = shared_from_this(), index] { self->Run(index); }));
    ThreadRegistry::Get().ThreadStarted();
  } catch (const std::system_error& error) {
    if (!threads_.empty()) return;
    queue_.pop_back();
    throw Error("ERR_POOL_THREADS", std::string("the pool cannot start a thread: ") + error.what());
  }
}

bool PoolState::Remove(const Task* task) {
  std::shared_ptr<Task> removed;  // destroyed outside of the lock
  const std::lock_guard lock(mutex_);
  const auto place = std::find_if(queue_.begin(), queue_.end(),
                                  [task](const auto& queued) { return queued.get() == task; });
  if (place == queue_.end()) return false;
  removed = std::move(*place);
  queue_.erase(place);
  return true;
}

PoolInfo PoolState::Info() const {
  const std::lock_guard lock(mutex_);
  return {shape_.threads, shape_.intra_op_threads, queue_.size(), running_};
}

void PoolState::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
}

void PoolState::Abandon() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    abandoned_ = true;
  }
  wake_.notify_all();
}

void PoolState::Run(int index) {
  NameThisThread("libtorch-" + std::to_string(id_) + "." + std::to_string(index));
  SetIntraOpThreads(shape_.intra_op_threads);
  std::unique_lock lock(mutex_);
  while (true) {
    while (queue_.empty() && !abandoned_ && !(closed_ && reserved_ == 0)) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
    }
    if (abandoned_ || queue_.empty()) break;
    std::shared_ptr<Task> task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    task->Execute();
    task->Complete();
    task.reset();
    lock.lock();
    --running_;
  }
  std::thread handle = std::move(threads_.extract(index).mapped());
  lock.unlock();
  ThreadRegistry::Get().Retire(std::move(handle));
}

}  // namespace libtorch_node::core

#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "core/runtime/task.h"

namespace libtorch_node::test {

/// Opens once; whoever waits goes on.
class Latch {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

/// Counts down to zero.
class Countdown {
 public:
  explicit Countdown(int count) : count_(count) {}
  void Done() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) zero_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    zero_.wait(lock, [this] { return count_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  int count_;
};

class FunctionTask final : public core::Task {
 public:
  explicit FunctionTask(std::function<void()> execute, std::function<void()> complete = {})
      : execute_(std::move(execute)), complete_(std::move(complete)) {}
  void Execute() noexcept override { execute_(); }
  void Complete() noexcept override {
    if (complete_) complete_();
  }

 private:
  std::function<void()> execute_;
  std::function<void()> complete_;
};

inline std::shared_ptr<core::Task> MakeTask(std::function<void()> execute,
                                            std::function<void()> complete = {}) {
  return std::make_shared<FunctionTask>(std::move(execute), std::move(complete));
}

}  // namespace libtorch_node::test

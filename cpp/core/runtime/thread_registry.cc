#include "core/runtime/thread_registry.h"

#include <algorithm>
#include <utility>

#include "core/runtime/leaked.h"
#include "core/runtime/pool_state.h"

namespace libtorch_node::core {

ThreadRegistry& ThreadRegistry::Get() {
  static Leaked<ThreadRegistry> registry;
  return registry.get();
}

void ThreadRegistry::AddPool(const std::shared_ptr<PoolState>& pool) {
  const std::lock_guard lock(mutex_);
  std::erase_if(pools_, [](const auto& known) { return known.expired(); });
  pools_.push_back(pool);
}

void ThreadRegistry::ThreadStarted() {
  const std::lock_guard lock(mutex_);
  ++live_;
}

void ThreadRegistry::Retire(std::thread handle) noexcept {
  const std::lock_guard lock(mutex_);
  retired_.push_back(std::move(handle));
  if (--live_ == 0) all_ended_.notify_all();
}

void ThreadRegistry::JoinRetired() {
  std::vector<std::thread> retired;
  {
    const std::lock_guard lock(mutex_);
    const auto own = std::stable_partition(
        retired_.begin(), retired_.end(),
        [](const auto& thread) { return thread.get_id() == std::this_thread::get_id(); });
    retired.assign(std::make_move_iterator(own), std::make_move_iterator(retired_.end()));
    retired_.erase(own, retired_.end());
  }
  for (std::thread& thread : retired) thread.join();
}

std::vector<std::shared_ptr<PoolState>> ThreadRegistry::LivePools() {
  std::vector<std::shared_ptr<PoolState>> pools;
  const std::lock_guard lock(mutex_);
  for (const auto& known : pools_) {
    if (auto pool = known.lock()) pools.push_back(std::move(pool));
  }
  return pools;
}

void ThreadRegistry::AbandonPools() {
  for (const auto& pool : LivePools()) pool->Abandon();
}

bool ThreadRegistry::JoinIdle(std::chrono::steady_clock::time_point deadline) {
  const auto pools = LivePools();
  const bool busy = std::any_of(pools.begin(), pools.end(),
                                [](const auto& pool) { return pool->Info().running > 0; });
  if (busy) return false;
  {
    std::unique_lock lock(mutex_);
    if (!all_ended_.wait_until(lock, deadline, [this] { return live_ == 0; })) return false;
  }
  JoinRetired();
  return true;
}

}  // namespace libtorch_node::core

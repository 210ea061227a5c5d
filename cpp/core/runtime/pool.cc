#include "core/runtime/pool.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/runtime/exit.h"
#include "core/runtime/leaked.h"
#include "core/runtime/pool_state.h"
#include "core/runtime/thread_registry.h"
#include "core/runtime/thread_setup.h"

namespace libtorch_node::core {
namespace {

constexpr int kMostDefaultThreads = 4;

int RequestedOmpThreads() {
  const char* value = std::getenv("OMP_NUM_THREADS");
  return value == nullptr ? 0 : std::atoi(value);
}

PoolOptions Resolve(PoolOptions options) {
  const int cores = AvailableCores();
  if (options.threads <= 0) options.threads = std::min(kMostDefaultThreads, cores);
  if (options.intra_op_threads <= 0) {
    const int requested = RequestedOmpThreads();
    options.intra_op_threads = requested > 0 ? requested : std::max(1, cores / options.threads);
  }
  return options;
}

class ThreadPool final : public Pool {
 public:
  explicit ThreadPool(const PoolOptions& shape) : state_(std::make_shared<PoolState>(shape)) {
    ThreadRegistry::Get().JoinRetired();
    ThreadRegistry::Get().AddPool(state_);
  }
  ~ThreadPool() override { state_->Close(); }

  void Post(std::shared_ptr<Task> task) override { state_->Post(std::move(task)); }
  bool Remove(const Task* task) override { return state_->Remove(task); }
  PoolInfo Info() const override { return state_->Info(); }
  void Close() override { state_->Close(); }
  void Reserve() override { state_->Reserve(); }
  void PostReserved(std::shared_ptr<Task> task) noexcept override {
    state_->PostReserved(std::move(task));
  }
  void Unreserve() noexcept override { state_->Unreserve(); }

 private:
  const std::shared_ptr<PoolState> state_;
};

struct DefaultPool {
  std::mutex mutex;
  PoolOptions options;
  std::shared_ptr<Pool> pool;
};

DefaultPool& TheDefault() {
  static Leaked<DefaultPool> pool;
  return pool.get();
}

}  // namespace

std::shared_ptr<Pool> Pool::Create(const PoolOptions& options) {
  InstallExitHandler();
  return std::make_shared<ThreadPool>(Resolve(options));
}

std::shared_ptr<Pool> Pool::Default() {
  DefaultPool& shared = TheDefault();
  const std::lock_guard lock(shared.mutex);
  if (!shared.pool) shared.pool = Create(shared.options);
  return shared.pool;
}

PoolInfo Pool::DefaultInfo() {
  DefaultPool& shared = TheDefault();
  const std::lock_guard lock(shared.mutex);
  if (shared.pool) return shared.pool->Info();
  const PoolOptions shape = Resolve(shared.options);
  return {shape.threads, shape.intra_op_threads, 0, 0};
}

void Pool::ConfigureDefault(const PoolOptions& options) {
  DefaultPool& shared = TheDefault();
  const std::lock_guard lock(shared.mutex);
  if (shared.pool) {
    const PoolOptions wanted = Resolve(options);
    const PoolInfo is = shared.pool->Info();
    if (wanted.threads == is.threads && wanted.intra_op_threads == is.intra_op_threads) return;
    throw Error("ERR_POOL_STARTED",
                "the default pool is already in use, with " + std::to_string(is.threads) +
                    " threads and " + std::to_string(is.intra_op_threads) +
                    " intra-op threads; configure it before the first asynchronous call");
  }
  shared.options = options;
}

}  // namespace libtorch_node::core

#pragma once

#include <cstddef>
#include <memory>

#include "core/runtime/task.h"

namespace libtorch_node::core {

/// Zero means: chosen from the machine's cores.
struct PoolOptions {
  int threads = 0;
  int intra_op_threads = 0;
};

struct PoolInfo {
  int threads = 0;
  int intra_op_threads = 0;
  std::size_t queued = 0;
  std::size_t running = 0;
};

/// Native threads of our own: neither the event loop nor libuv's four. Threads start as tasks need
/// them.
class Pool {
 public:
  static std::shared_ptr<Pool> Create(const PoolOptions& options);
  /// The process-wide one, made at its first use.
  static std::shared_ptr<Pool> Default();
  /// What the default pool is or would be: asking does not make it.
  static PoolInfo DefaultInfo();
  /// Shapes the default pool; throws ERR_POOL_STARTED once it is made with other options.
  static void ConfigureDefault(const PoolOptions& options);

  virtual ~Pool() = default;
  /// Throws ERR_POOL_CLOSED after Close.
  virtual void Post(std::shared_ptr<Task> task) = 0;
  /// True when the task was queued and is now removed.
  virtual bool Remove(const Task* task) = 0;
  virtual PoolInfo Info() const = 0;
  /// Lets queued tasks run, then ends the threads; returns at once.
  virtual void Close() = 0;

  /// A place for a task that will come later: Close waits for it. Throws ERR_POOL_CLOSED after
  /// Close.
  virtual void Reserve() = 0;
  /// Takes up a reserved place; after Close too.
  virtual void PostReserved(std::shared_ptr<Task> task) noexcept = 0;
  /// Gives a reserved place back.
  virtual void Unreserve() noexcept = 0;
};

}  // namespace libtorch_node::core

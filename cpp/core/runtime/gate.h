#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/runtime/pool.h"
#include "core/runtime/task.h"

namespace libtorch_node::core {

/// The readers-writer rule of one set of weights. Runs share it; mutators have it alone; runs of a
/// stateful module also queue in the lane of its attributes. Waiting tasks hold no thread: they
/// reach the pool when admitted. First come, first served: nothing overtakes a waiting exclusive
/// request, nor an earlier one of its lane.
class Gate : public std::enable_shared_from_this<Gate> {
 public:
  enum class Access { kShared, kExclusive };
  static constexpr int kNoLane = -1;
  struct Request {
    Access access = Access::kShared;
    int lane = kNoLane;
  };

  /// Leave on destruction.
  class Pass {
   public:
    Pass(std::shared_ptr<Gate> gate, Request request) : gate_(std::move(gate)), request_(request) {}
    Pass(Pass&&) = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_) gate_->Leave(request_);
    }

   private:
    std::shared_ptr<Gate> gate_;
    Request request_;
  };

  /// Posts the task to the pool once admitted, and leaves when it has executed.
  void Submit(std::shared_ptr<Task> task, Request request, std::shared_ptr<Pool> pool);
  /// True when the task had not started, wherever it waited; it then never executes.
  bool Cancel(const Task* task);
  /// Waits its turn on the calling thread.
  Pass Enter(Request request);
  /// Empty when it would have to wait.
  std::optional<Pass> TryEnter(Request request);
  /// A lane for one more set of attributes over these weights.
  int NewLane();

 private:
  class Waiter;
  using Waiters = std::list<std::shared_ptr<Waiter>>;
  using Admitted = std::vector<std::shared_ptr<Waiter>>;
  struct Lane {
    bool busy = false;
    Waiters waiting;
  };

  // With the lock held.
  bool MayEnter(Request request);
  void Count(Request request);
  void Discount(Request request, Admitted& admitted);
  void Wait(Waiters& waiter, Request request);
  void Admit(Waiters& from, Waiters::iterator waiter, Admitted& admitted);
  void AdmitFromQueue(Admitted& admitted);
  Lane& LaneOf(int lane);
  std::shared_ptr<Waiter> Withdraw(const Task* task, Admitted& admitted);

  // Without the lock.
  static void Start(const Admitted& admitted);
  /// Gives the place up; who is admitted by that has still to be started.
  Admitted Release(Request request);
  void Leave(Request request);
  bool TakeUp(Waiter& waiter);

  std::mutex mutex_;
  std::size_t active_ = 0;
  bool exclusive_ = false;
  int next_lane_ = 1;
  std::vector<Lane> lanes_;
  Waiters queue_;   // what came after an exclusive request that waits, or is active
  Waiters posted_;  // admitted tasks that no thread has taken up yet
};

}  // namespace libtorch_node::core

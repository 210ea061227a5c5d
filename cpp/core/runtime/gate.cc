#include "core/runtime/gate.h"

#include <algorithm>
#include <condition_variable>

namespace libtorch_node::core {

/// A task that goes to a pool once admitted, or (without a task) a thread that waits.
class Gate::Waiter final : public Task {
 public:
  explicit Waiter(Request wanted) : request(wanted) {}

  void Execute() noexcept override {
    if (!gate->TakeUp(*this)) return;
    task->Execute();
    admitted_ = gate->Release(request);
    executed_ = true;
  }
  void Complete() noexcept override {
    if (!executed_) return;
    task->Complete();
    // Only now: what waited for this task is not to be heard of before it.
    Start(admitted_);
    admitted_.clear();
  }

  const Request request;
  std::shared_ptr<Gate> gate;
  std::shared_ptr<Task> task;
  std::shared_ptr<Pool> pool;
  Waiters::iterator posted;  // valid while no thread has taken it up
  bool withdrawn = false;
  bool admitted = false;
  std::condition_variable turn;

 private:
  bool executed_ = false;
  Admitted admitted_;
};

void Gate::Submit(std::shared_ptr<Task> task, Request request, std::shared_ptr<Pool> pool) {
  Waiters single{std::make_shared<Waiter>(request)};
  const std::shared_ptr<Waiter> waiter = single.front();
  waiter->gate = shared_from_this();
  waiter->task = std::move(task);
  waiter->pool = std::move(pool);
  {
    const std::lock_guard lock(mutex_);
    if (!MayEnter(request)) {
      waiter->pool->Reserve();
      Wait(single, request);
      return;
    }
    Count(request);
    waiter->posted = single.begin();
    posted_.splice(posted_.end(), single);
  }
  try {
    waiter->pool->Post(waiter);
  } catch (...) {
    if (TakeUp(*waiter)) Leave(request);
    throw;
  }
}

bool Gate::Cancel(const Task* task) {
  Admitted admitted;
  std::shared_ptr<Waiter> waiter;
  {
    const std::lock_guard lock(mutex_);
    waiter = Withdraw(task, admitted);
  }
  Start(admitted);
  if (!waiter) return false;
  waiter->task.reset();
  return true;
}

Gate::Pass Gate::Enter(Request request) {
  std::unique_lock lock(mutex_);
  if (MayEnter(request)) {
    Count(request);
  } else {
    Waiters single{std::make_shared<Waiter>(request)};
    const std::shared_ptr<Waiter> waiter = single.front();
    Wait(single, request);
    waiter->turn.wait(lock, [&] { return waiter->admitted; });
  }
  return Pass(shared_from_this(), request);
}

std::optional<Gate::Pass> Gate::TryEnter(Request request) {
  {
    const std::lock_guard lock(mutex_);
    if (!MayEnter(request)) return std::nullopt;
    Count(request);
  }
  return Pass(shared_from_this(), request);
}

int Gate::NewLane() {
  const std::lock_guard lock(mutex_);
  return next_lane_++;
}

bool Gate::MayEnter(Request request) {
  if (exclusive_ || !queue_.empty()) return false;
  if (request.access == Access::kExclusive) return active_ == 0;
  return request.lane == kNoLane || !LaneOf(request.lane).busy;
}

void Gate::Count(Request request) {
  if (request.access == Access::kExclusive) {
    exclusive_ = true;
    return;
  }
  ++active_;
  if (request.lane != kNoLane) LaneOf(request.lane).busy = true;
}

void Gate::Discount(Request request, Admitted& admitted) {
  if (request.access == Access::kExclusive) {
    exclusive_ = false;
  } else {
    --active_;
    if (request.lane != kNoLane) {
      Lane& lane = LaneOf(request.lane);
      lane.busy = false;
      if (!lane.waiting.empty()) Admit(lane.waiting, lane.waiting.begin(), admitted);
    }
  }
  AdmitFromQueue(admitted);
}

void Gate::Wait(Waiters& waiter, Request request) {
  const bool only_for_lane = !exclusive_ && queue_.empty() && request.access == Access::kShared;
  Waiters& line = only_for_lane ? LaneOf(request.lane).waiting : queue_;
  line.splice(line.end(), waiter);
}

void Gate::Admit(Waiters& from, Waiters::iterator place, Admitted& admitted) {
  Waiter& waiter = **place;
  Count(waiter.request);
  waiter.admitted = true;
  admitted.push_back(*place);
  if (waiter.pool) {
    waiter.posted = place;
    posted_.splice(posted_.end(), from, place);
  } else {
    from.erase(place);
  }
}

void Gate::AdmitFromQueue(Admitted& admitted) {
  while (!queue_.empty() && !exclusive_) {
    const Request request = queue_.front()->request;
    if (request.access == Access::kExclusive) {
      if (active_ > 0) return;
      Admit(queue_, queue_.begin(), admitted);
    } else if (request.lane != kNoLane && LaneOf(request.lane).busy) {
      Waiters& line = LaneOf(request.lane).waiting;
      line.splice(line.end(), queue_, queue_.begin());
    } else {
      Admit(queue_, queue_.begin(), admitted);
    }
  }
}

Gate::Lane& Gate::LaneOf(int lane) {
  const auto index = static_cast<std::size_t>(lane);
  if (index >= lanes_.size()) lanes_.resize(index + 1);
  return lanes_[index];
}

std::shared_ptr<Gate::Waiter> Gate::Withdraw(const Task* task, Admitted& admitted) {
  const auto find = [task](Waiters& line) {
    return std::find_if(line.begin(), line.end(),
                        [task](const auto& waiter) { return waiter->task.get() == task; });
  };
  const auto withdraw = [](Waiters& line, Waiters::iterator place) {
    const std::shared_ptr<Waiter> waiter = *place;
    waiter->withdrawn = true;
    line.erase(place);
    return waiter;
  };
  if (const auto place = find(posted_); place != posted_.end()) {
    const std::shared_ptr<Waiter> waiter = withdraw(posted_, place);
    waiter->pool->Remove(waiter.get());
    Discount(waiter->request, admitted);
    return waiter;
  }
  if (const auto place = find(queue_); place != queue_.end()) {
    const std::shared_ptr<Waiter> waiter = withdraw(queue_, place);
    waiter->pool->Unreserve();
    AdmitFromQueue(admitted);
    return waiter;
  }
  for (Lane& lane : lanes_) {
    if (const auto place = find(lane.waiting); place != lane.waiting.end()) {
      const std::shared_ptr<Waiter> waiter = withdraw(lane.waiting, place);
      waiter->pool->Unreserve();
      return waiter;
    }
  }
  return nullptr;
}

void Gate::Start(const Admitted& admitted) {
  for (const auto& waiter : admitted) {
    if (waiter->pool) {
      waiter->pool->PostReserved(waiter);
    } else {
      waiter->turn.notify_one();
    }
  }
}

Gate::Admitted Gate::Release(Request request) {
  Admitted admitted;
  const std::lock_guard lock(mutex_);
  Discount(request, admitted);
  return admitted;
}

void Gate::Leave(Request request) { Start(Release(request)); }

bool Gate::TakeUp(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter.withdrawn) return false;
  posted_.erase(waiter.posted);
  return true;
}

}  // namespace libtorch_node::core

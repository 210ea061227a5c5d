#include "core/runtime/gate.h"

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "test/check.h"
#include "test/tasks.h"

namespace libtorch_node::test {
namespace {

using core::Gate;
using core::Pool;
using core::Task;

constexpr Gate::Request kShared{};
constexpr Gate::Request kExclusive{Gate::Access::kExclusive, Gate::kNoLane};
constexpr Gate::Request InLane(int lane) { return {Gate::Access::kShared, lane}; }

/// Writes down what ran, in order.
class Journal {
 public:
  std::shared_ptr<Task> Entry(std::string name) {
    return MakeTask([this, name = std::move(name)] {
      const std::lock_guard lock(mutex_);
      text_ += name;
    });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

void WaitForAll(const std::shared_ptr<Gate>& gate) { const auto pass = gate->Enter(kExclusive); }

TEST(shared_runs_meet_and_exclusive_ones_do_not) {
  const auto gate = std::make_shared<Gate>();
  auto first = gate->TryEnter(kShared);
  auto second = gate->TryEnter(kShared);
  EXPECT(first && second);
  EXPECT(!gate->TryEnter(kExclusive));
  first.reset();
  EXPECT(!gate->TryEnter(kExclusive));
  second.reset();
  const auto alone = gate->TryEnter(kExclusive);
  EXPECT(alone.has_value());
  EXPECT(!gate->TryEnter(kShared));
  EXPECT(!gate->TryEnter(kExclusive));
}

TEST(one_run_at_a_time_in_a_lane_and_lanes_are_independent) {
  const auto gate = std::make_shared<Gate>();
  const int other = gate->NewLane();
  EXPECT(other != 0);
  const auto first = gate->TryEnter(InLane(0));
  EXPECT(first.has_value());
  EXPECT(!gate->TryEnter(InLane(0)));
  EXPECT(gate->TryEnter(InLane(other)).has_value());
  EXPECT(gate->TryEnter(kShared).has_value());
}

TEST(nothing_overtakes_a_waiting_exclusive_task) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({4, 1});
  Journal journal;
  {
    const auto busy = gate->Enter(kShared);
    gate->Submit(journal.Entry("X"), kExclusive, pool);
    gate->Submit(journal.Entry("s"), kShared, pool);
    EXPECT(!gate->TryEnter(kShared));
    EXPECT_EQ(pool->Info().running + pool->Info().queued, 0U);
  }
  WaitForAll(gate);
  EXPECT_EQ(journal.text(), "Xs");
}

TEST(tasks_of_a_lane_run_in_the_order_they_came) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({4, 1});
  Journal journal;
  {
    const auto busy = gate->Enter(InLane(0));
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      gate->Submit(journal.Entry(name), InLane(0), pool);
    }
  }
  WaitForAll(gate);
  EXPECT_EQ(journal.text(), "abcde");
}

TEST(waiting_tasks_hold_no_thread) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({1, 1});
  Countdown other(1);
  std::atomic<int> ran{0};
  {
    const auto busy = gate->Enter(kExclusive);
    for (int i = 0; i < 20; ++i) gate->Submit(MakeTask([&] { ++ran; }), kShared, pool);
    pool->Post(MakeTask([&] { other.Done(); }));
    other.Wait();
    EXPECT_EQ(ran.load(), 0);
  }
  WaitForAll(gate);
  EXPECT_EQ(ran.load(), 20);
}

TEST(the_gate_is_left_before_a_task_completes) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({2, 1});
  for (int round = 0; round < 200; ++round) {
    Countdown countdown(1);
    bool entered = false;
    gate->Submit(MakeTask([] {},
                          [&] {
                            entered = gate->TryEnter(kExclusive).has_value();
                            countdown.Done();
                          }),
                 InLane(0), pool);
    countdown.Wait();
    EXPECT(entered);
  }
}

TEST(a_cancelled_task_never_executes_wherever_it_waited) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({1, 1});
  Journal journal;
  Latch latch;
  Countdown started(1);
  pool->Post(MakeTask([&] {
    started.Done();
    latch.Wait();
  }));
  started.Wait();
  const auto in_pool = journal.Entry("p");
  const auto in_lane = journal.Entry("l");
  const auto in_queue = journal.Entry("q");
  gate->Submit(in_pool, InLane(0), pool);
  gate->Submit(in_lane, InLane(0), pool);
  gate->Submit(in_queue, kExclusive, pool);
  gate->Submit(journal.Entry("z"), kShared, pool);
  EXPECT(gate->Cancel(in_queue.get()));
  EXPECT(gate->Cancel(in_lane.get()));
  EXPECT(gate->Cancel(in_pool.get()));
  EXPECT(!gate->Cancel(in_pool.get()));
  latch.Open();
  WaitForAll(gate);
  EXPECT_EQ(journal.text(), "z");
}

TEST(cancelling_lets_the_next_ones_in) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({1, 1});
  const auto busy = gate->Enter(kShared);
  const auto blocker = MakeTask([] {});
  gate->Submit(blocker, kExclusive, pool);
  Countdown countdown(1);
  gate->Submit(MakeTask([&] { countdown.Done(); }), kShared, pool);
  EXPECT(gate->Cancel(blocker.get()));
  countdown.Wait();
}

TEST(a_started_task_cannot_be_cancelled) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({1, 1});
  Latch latch;
  Countdown started(1);
  const auto task = MakeTask([&] {
    started.Done();
    latch.Wait();
  });
  gate->Submit(task, kShared, pool);
  started.Wait();
  EXPECT(!gate->Cancel(task.get()));
  latch.Open();
  WaitForAll(gate);
}

TEST(a_task_that_waits_at_the_gate_still_runs_in_a_pool_closed_meanwhile) {
  const auto gate = std::make_shared<Gate>();
  auto pool = Pool::Create({1, 1});
  Countdown countdown(1);
  {
    const auto busy = gate->Enter(kExclusive);
    gate->Submit(MakeTask([&] { countdown.Done(); }), kShared, pool);
    pool->Close();
    EXPECT_CODE(gate->Submit(MakeTask([] {}), kShared, pool), "ERR_POOL_CLOSED");
    pool.reset();
  }
  countdown.Wait();
}

TEST(a_closed_pool_gives_back_the_admission_it_refused) {
  const auto gate = std::make_shared<Gate>();
  const auto pool = Pool::Create({1, 1});
  pool->Close();
  EXPECT_CODE(gate->Submit(MakeTask([] {}), kExclusive, pool), "ERR_POOL_CLOSED");
  EXPECT(gate->TryEnter(kExclusive).has_value());
}

/// What must never be seen at once, checked from inside.
struct Invariants {
  std::atomic<int> shared{0};
  std::atomic<int> exclusive{0};
  std::atomic<int> lanes[3]{};
  std::atomic<int> broken{0};
  std::atomic<int> executed{0};

  void Inside(Gate::Request request) {
    const bool alone = request.access == Gate::Access::kExclusive;
    auto& mine = alone ? exclusive : shared;
    ++mine;
    if (request.lane != Gate::kNoLane && ++lanes[request.lane] > 1) ++broken;
    if (alone ? exclusive > 1 || shared > 0 : exclusive > 0) ++broken;
    std::this_thread::yield();
    if (request.lane != Gate::kNoLane) --lanes[request.lane];
    --mine;
    ++executed;
  }
};

TEST(the_rules_hold_under_many_threads_with_cancellation) {
  const auto gate = std::make_shared<Gate>();
  gate->NewLane();
  gate->NewLane();
  const auto pool = Pool::Create({4, 1});
  Invariants invariants;
  std::atomic<int> cancelled{0};
  std::atomic<int> submitted{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 6; ++seed) {
    threads.emplace_back([&, seed] {
      std::minstd_rand random(seed + 1);
      for (int i = 0; i < 400; ++i) {
        const auto kind = random() % 10;
        const Gate::Request request = kind == 0  ? kExclusive
                                      : kind < 6 ? InLane(static_cast<int>(random() % 3))
                                                 : kShared;
        if (random() % 4 == 0) {
          const auto pass = gate->Enter(request);
          ++submitted;
          invariants.Inside(request);
          continue;
        }
        const auto task = MakeTask([&, request] { invariants.Inside(request); });
        ++submitted;
        gate->Submit(task, request, pool);
        if (random() % 5 == 0 && gate->Cancel(task.get())) ++cancelled;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  WaitForAll(gate);
  EXPECT_EQ(invariants.broken.load(), 0);
  EXPECT_EQ(invariants.executed + cancelled, submitted.load());
}

}  // namespace
}  // namespace libtorch_node::test

#include "core/runtime/exit.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <thread>

#include "core/runtime/gate.h"
#include "core/runtime/pool.h"
#include "test/check.h"
#include "test/modules.h"
#include "test/tasks.h"

namespace libtorch_node::test {
namespace {

using core::Pool;
using std::chrono::steady_clock;

Countdown& Started() {
  static Countdown started(1);
  return started;
}

/// A task that a child leaves running when it exits, with another one queued behind it.
void Leave(std::function<void()> body) {
  static const auto pool = Pool::Create({1, 1});
  pool->Post(MakeTask([body = std::move(body)] {
    Started().Done();
    body();
  }));
  pool->Post(MakeTask([] { std::abort(); }));
  Started().Wait();
}

CHILD(exits_while_a_task_runs) {
  Leave([] { std::this_thread::sleep_for(std::chrono::minutes(1)); });
  std::exit(3);
}

CHILD(exits_while_a_task_must_finish) {
  static Latch holding;
  Leave([] {
    const core::ExitHold hold;
    holding.Open();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    _exit(9);
  });
  holding.Wait();
  std::exit(1);
}

CHILD(exits_while_a_task_never_finishes) {
  static Latch holding;
  Leave([] {
    const core::ExitHold hold;
    holding.Open();
    std::this_thread::sleep_for(std::chrono::minutes(1));
  });
  holding.Wait();
  std::exit(4);
}

CHILD(exits_with_idle_threads_and_a_module) {
  static const auto engine = DefineEngine("def forward(self, x):\n  return x.relu()");
  static const auto pool = Pool::Create({4, 1});
  Countdown countdown(100);
  for (int i = 0; i < 100; ++i) {
    engine->gate()->Submit(MakeTask([&] {
                             Run(engine, {Ones({4})});
                             countdown.Done();
                           }),
                           {}, pool);
  }
  countdown.Wait();
  std::exit(core::Exiting() ? 1 : 5);
}

CHILD(exits_while_modules_run) {
  static const auto engine = DefineEngine(
      "def forward(self, x):\n  for i in range(100):\n    x = (x @ x).relu()\n  return x",
      core::ExecutorMode::kProfiling);
  static const auto pool = Pool::Create({4, 1});
  for (int i = 0; i < 100; ++i) {
    engine->gate()->Submit(MakeTask([] {
                             Started().Done();
                             Run(engine, {Ones({64, 64})});
                           }),
                           {}, pool);
  }
  Started().Wait();
  std::exit(6);
}

TEST(exit_leaves_a_running_task_behind_and_drops_queued_ones) {
  EXPECT_EQ(RunChild("exits_while_a_task_runs"), 3);
}

TEST(exit_waits_for_work_that_must_finish) {
  EXPECT_EQ(RunChild("exits_while_a_task_must_finish"), 9);
}

TEST(exit_waits_for_a_second_at_most) {
  const auto start = steady_clock::now();
  EXPECT_EQ(RunChild("exits_while_a_task_never_finishes"), 4);
  EXPECT(steady_clock::now() - start < std::chrono::seconds(20));
}

TEST(exit_is_clean_with_idle_threads) {
  EXPECT_EQ(RunChild("exits_with_idle_threads_and_a_module"), 5);
}

TEST(exit_is_clean_while_modules_run) {
  for (int round = 0; round < 5; ++round) EXPECT_EQ(RunChild("exits_while_modules_run"), 6);
}

}  // namespace
}  // namespace libtorch_node::test

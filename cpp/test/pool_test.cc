#include "core/runtime/pool.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <thread>

#include "core/runtime/thread_registry.h"
#include "test/check.h"
#include "test/tasks.h"

namespace libtorch_node::test {
namespace {

using core::Pool;

TEST(a_pool_runs_every_task_and_reports_its_shape) {
  const auto pool = Pool::Create({3, 2});
  Countdown countdown(1000);
  for (int i = 0; i < 1000; ++i) pool->Post(MakeTask([&] { countdown.Done(); }));
  countdown.Wait();
  EXPECT_EQ(pool->Info().threads, 3);
  EXPECT_EQ(pool->Info().intra_op_threads, 2);
}

TEST(zeros_in_the_options_are_replaced_by_counts_for_this_machine) {
  const auto pool = Pool::Create({});
  EXPECT(pool->Info().threads >= 1 && pool->Info().threads <= 4);
  EXPECT(pool->Info().intra_op_threads >= 1);
}

TEST(intra_op_threads_hold_on_the_pools_threads_only) {
  const int here = at::get_num_threads();
  for (const int wanted : {1, 3}) {
    const auto pool = Pool::Create({1, wanted});
    int first = 0;
    int later = 0;
    Countdown countdown(2);
    pool->Post(MakeTask([&] {
      first = at::get_num_threads();
      countdown.Done();
    }));
    pool->Post(MakeTask([&] {
      at::internal::lazy_init_num_threads();
      later = at::get_num_threads();
      countdown.Done();
    }));
    countdown.Wait();
    EXPECT_EQ(first, wanted);
    EXPECT_EQ(later, wanted);
  }
  EXPECT_EQ(at::get_num_threads(), here);
}

TEST(a_removed_task_never_executes) {
  const auto pool = Pool::Create({1, 1});
  Latch latch;
  Countdown countdown(1);
  std::atomic<bool> ran{false};
  pool->Post(MakeTask([&] { latch.Wait(); }));
  const auto victim = MakeTask([&] { ran = true; });
  pool->Post(victim);
  EXPECT(pool->Remove(victim.get()));
  EXPECT(!pool->Remove(victim.get()));
  pool->Post(MakeTask([&] { countdown.Done(); }));
  latch.Open();
  countdown.Wait();
  EXPECT(!ran);
}

TEST(a_closed_pool_finishes_what_it_has_and_takes_no_more) {
  const auto pool = Pool::Create({1, 1});
  Latch latch;
  Countdown countdown(2);
  pool->Post(MakeTask([&] {
    latch.Wait();
    countdown.Done();
  }));
  pool->Post(MakeTask([&] { countdown.Done(); }));
  pool->Close();
  EXPECT_CODE(pool->Post(MakeTask([] {})), "ERR_POOL_CLOSED");
  EXPECT_CODE(pool->Reserve(), "ERR_POOL_CLOSED");
  latch.Open();
  countdown.Wait();
}

TEST(a_reserved_place_survives_closing) {
  const auto pool = Pool::Create({1, 1});
  pool->Reserve();
  pool->Close();
  Countdown countdown(1);
  pool->PostReserved(MakeTask([&] { countdown.Done(); }));
  countdown.Wait();
}

TEST(a_pool_may_be_dropped_by_one_of_its_own_threads) {
  for (int round = 0; round < 50; ++round) {
    auto pool = Pool::Create({2, 1});
    auto* raw = pool.get();
    Countdown countdown(1);
    auto task = MakeTask([&countdown, pool = std::move(pool)]() mutable {
      pool.reset();
      countdown.Done();
    });
    raw->Post(std::move(task));
    countdown.Wait();
  }
}

TEST(pools_come_and_go_on_many_threads) {
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const auto pool = Pool::Create({2, 1});
        for (int task = 0; task < 4; ++task) pool->Post(MakeTask([&] { ++ran; }));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  while (ran < 8 * 25 * 4) std::this_thread::yield();
}

TEST(complete_follows_execute) {
  const auto pool = Pool::Create({1, 1});
  int order = 0;
  int executed = 0;
  int completed = 0;
  Countdown countdown(1);
  pool->Post(MakeTask([&] { executed = ++order; },
                      [&] {
                        completed = ++order;
                        countdown.Done();
                      }));
  countdown.Wait();
  EXPECT_EQ(executed, 1);
  EXPECT_EQ(completed, 2);
}

TEST(the_default_pool_cannot_be_reshaped_once_it_is_there) {
  Pool::ConfigureDefault({2, 1});
  const auto pool = Pool::Default();
  EXPECT_EQ(pool->Info().threads, 2);
  EXPECT(pool == Pool::Default());
  Pool::ConfigureDefault({2, 1});
  EXPECT_CODE(Pool::ConfigureDefault({3, 1}), "ERR_POOL_STARTED");
}

}  // namespace
}  // namespace libtorch_node::test

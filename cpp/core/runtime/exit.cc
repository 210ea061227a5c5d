#include "core/runtime/exit.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "core/runtime/leaked.h"
#include "core/runtime/thread_registry.h"

namespace libtorch_node::core {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{1};
// LibTorch makes statics as it runs, and what was made last is destroyed first. So the handler is
// put in front of them again now and then; how often is bounded.
constexpr int kMostRegistrations = 64;

struct Holds {
  std::mutex mutex;
  std::condition_variable released;
  int count = 0;
};

Holds& TheHolds() {
  static Leaked<Holds> holds;
  return holds.get();
}

std::atomic<bool> exiting{false};
std::atomic<int> registrations{0};
std::atomic<int> sync_runs{0};

void WaitForHolds(Clock::time_point deadline) {
  Holds& holds = TheHolds();
  std::unique_lock lock(holds.mutex);
  holds.released.wait_until(lock, deadline, [&] { return holds.count == 0; });
}

[[noreturn]] void Leave(int status) {
  std::fflush(stdout);
  std::fflush(stderr);
  _exit(status);
}

void Stop(int status) {
  if (exiting.exchange(true)) return;
  const auto deadline = Clock::now() + kPatience;
  ThreadRegistry::Get().AbandonPools();
  WaitForHolds(deadline);
  if (!ThreadRegistry::Get().JoinIdle(deadline)) Leave(status);
}

}  // namespace

void InstallExitHandler() {
  if (registrations.load() >= kMostRegistrations) return;
  ++registrations;
#ifdef __GLIBC__
  on_exit([](int status, void*) { Stop(status); }, nullptr);
#else
  std::atexit([] { Stop(EXIT_FAILURE); });
#endif
}

bool Exiting() { return exiting.load(std::memory_order_relaxed); }

SyncRun::SyncRun() { sync_runs.fetch_add(1, std::memory_order_relaxed); }

SyncRun::~SyncRun() { sync_runs.fetch_sub(1, std::memory_order_relaxed); }

void LimitExit(int status) {
  std::thread([status] {
    std::this_thread::sleep_for(kPatience);
    if (sync_runs.load() > 0) Leave(status);
  }).detach();
}

ExitHold::ExitHold() {
  const std::lock_guard lock(TheHolds().mutex);
  ++TheHolds().count;
}

ExitHold::~ExitHold() {
  const std::lock_guard lock(TheHolds().mutex);
  if (--TheHolds().count == 0) TheHolds().released.notify_all();
}

}  // namespace libtorch_node::core

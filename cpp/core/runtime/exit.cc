#include "core/runtime/exit.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

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

void WaitForHolds(Clock::time_point deadline) {
  Holds& holds = TheHolds();
  std::unique_lock lock(holds.mutex);
  holds.released.wait_until(lock, deadline, [&] { return holds.count == 0; });
}

void Stop(int status) {
  if (exiting.exchange(true)) return;
  const auto deadline = Clock::now() + kPatience;
  ThreadRegistry::Get().AbandonPools();
  WaitForHolds(deadline);
  if (ThreadRegistry::Get().JoinIdle(deadline)) return;
  std::fflush(stdout);
  std::fflush(stderr);
  _exit(status);
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

ExitHold::ExitHold() {
  const std::lock_guard lock(TheHolds().mutex);
  ++TheHolds().count;
}

ExitHold::~ExitHold() {
  const std::lock_guard lock(TheHolds().mutex);
  if (--TheHolds().count == 0) TheHolds().released.notify_all();
}

}  // namespace libtorch_node::core

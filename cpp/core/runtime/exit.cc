#include "core/runtime/exit.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/runtime/thread_registry.h"

namespace libtorch_node::core {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
// LibTorch makes statics as it runs, and what was made last is destroyed first. So the handler is
// put in front of them again now and then; how often is bounded.
constexpr int kMostRegistrations = 64;

std::atomic<bool> exiting{false};
std::atomic<int> registrations{0};

void Stop(int status) {
  if (exiting.exchange(true)) return;
  if (ThreadRegistry::Get().StopAll(kPatience)) return;
  std::fflush(stdout);
  std::fflush(stderr);
  _exit(status);
}

}  // namespace

void InstallExitHandler() {
  if (registrations.fetch_add(1) >= kMostRegistrations) {
    registrations.store(kMostRegistrations);
    return;
  }
#ifdef __GLIBC__
  on_exit([](int status, void*) { Stop(status); }, nullptr);
#else
  std::atexit([] { Stop(EXIT_FAILURE); });
#endif
}

bool Exiting() { return exiting.load(std::memory_order_relaxed); }

}  // namespace libtorch_node::core

#include "core/runtime/thread_setup.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <pthread.h>
#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <thread>

namespace libtorch_node::core {

int AvailableCores() {
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void NameThisThread(const std::string& name) {
#ifdef __linux__
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
#else
  static_cast<void>(name);
#endif
}

void SetIntraOpThreads(int count) {
  // The count is set once per thread, lazily, from inline code that LibTorch and this binary may
  // each have a copy of: this makes both happen before ours instead of after.
  at::internal::lazy_init_num_threads();
  static_cast<void>(at::get_num_threads());
  // Not at::set_num_threads: that changes the process-wide default as well.
  using SetNumThreads = void (*)(int);
  static const auto set_num_threads =
      reinterpret_cast<SetNumThreads>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  if (set_num_threads != nullptr) set_num_threads(count);
}

SignalShield::SignalShield() {
  sigset_t all;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
    sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &saved_);
}

SignalShield::~SignalShield() { pthread_sigmask(SIG_SETMASK, &saved_, nullptr); }

}  // namespace libtorch_node::core

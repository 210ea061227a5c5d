#include "core/jit/deep_stack.h"

#include <pthread.h>

#include <exception>

#include "core/error.h"
#include "core/runtime/warning.h"

namespace libtorch_node::core {

namespace {

// Only what is used becomes memory.
constexpr std::size_t kStackBytes = std::size_t{512} << 20;

struct Job {
  const std::function<void()>* work;
  std::shared_ptr<WarningSink> sink;
  std::exception_ptr failure;
};

void* Run(void* data) {
  Job& job = *static_cast<Job*>(data);
  const WarningScope scope(job.sink);
  try {
    (*job.work)();
  } catch (...) {
    job.failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void RunOnDeepStack(const std::function<void()>& work) {
  Job job{&work, CurrentWarningSink(), nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int status = pthread_create(&thread, &attributes, Run, &job);
  pthread_attr_destroy(&attributes);
  if (status != 0) {
    throw Error("ERR_OUT_OF_MEMORY", "not enough memory for the stack of the compiler");
  }
  pthread_join(thread, nullptr);
  if (job.failure) std::rethrow_exception(job.failure);
}

}  // namespace libtorch_node::core

#include "core/runtime/profiler.h"

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/Logging.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "core/error.h"
#include "core/runtime/cuda_trace.h"
#include "core/runtime/leaked.h"

namespace libtorch_node::core {
namespace {

// Of LibTorch's own log, which writes to stderr.
constexpr int kErrorsOnly = 2;

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int64_t ThisThread() { return static_cast<int64_t>(syscall(SYS_gettid)); }

/// What one thread did. Only that thread adds; the one that ends the profile takes.
struct Buffer {
  std::mutex mutex;
  ProfiledThread thread;
};

struct Session {
  ProfileOptions options;
  uint64_t number = 0;
  int64_t start_ns = 0;
  int64_t caller = 0;
  at::CallbackHandle handle = 0;
  std::atomic<std::size_t> events{0};
  std::mutex mutex;
  std::vector<std::shared_ptr<Buffer>> buffers;
};

struct Profiler {
  std::mutex mutex;
  std::shared_ptr<Session> session;
  uint64_t sessions = 0;
  std::atomic<uint64_t> current{0};  // zero: none
};

Profiler& TheProfiler() {
  static Leaked<Profiler> profiler;
  return profiler.get();
}

/// A call that has begun.
struct Call : at::ObserverContext {
  std::shared_ptr<Session> session;
  std::shared_ptr<Buffer> buffer;
  std::size_t index = 0;
  Call* outer = nullptr;
  int64_t thread = 0;
  int64_t bytes = 0;
};

/// What a thread remembers between calls.
struct Local {
  std::shared_ptr<Session> session;
  std::shared_ptr<Buffer> buffer;
  uint64_t number = 0;
  int64_t id = 0;
  Call* innermost = nullptr;
};

thread_local Local local;

/// Told by LibTorch's allocators while it is set on a thread.
class Allocations final : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t size, std::size_t, std::size_t, c10::Device) override {
    if (local.innermost != nullptr) local.innermost->bytes += size;
  }
  bool memoryProfilingEnabled() const override { return true; }
};

bool JoinSession() {
  Profiler& profiler = TheProfiler();
  const uint64_t current = profiler.current.load(std::memory_order_acquire);
  if (current == 0) return false;
  if (local.number == current) return true;
  const std::lock_guard lock(profiler.mutex);
  if (profiler.session == nullptr) return false;
  local.session = profiler.session;
  local.number = profiler.session->number;
  local.id = ThisThread();
  local.innermost = nullptr;
  local.buffer = std::make_shared<Buffer>();
  ProfiledThread& thread = local.buffer->thread;
  thread.id = local.id;
  thread.is_caller = thread.id == local.session->caller;
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof(name));
  thread.name = name;
  const std::lock_guard session_lock(local.session->mutex);
  local.session->buffers.push_back(local.buffer);
  return true;
}

void AppendSizes(std::string& text, const at::Tensor& tensor) {
  text += '[';
  if (tensor.defined() && !tensor.is_nested()) {
    bool first = true;
    for (const int64_t size : tensor.sizes()) {
      if (!std::exchange(first, false)) text += ',';
      text += std::to_string(size);
    }
  }
  text += ']';
}

std::string ShapesOf(c10::ArrayRef<const c10::IValue> inputs) {
  std::string text = "[";
  for (const c10::IValue& input : inputs) {
    if (text.size() > 1) text += ',';
    if (input.isTensor()) {
      AppendSizes(text, input.toTensor());
    } else if (input.isTensorList()) {
      text += '[';
      bool first = true;
      for (const at::Tensor& tensor : input.toTensorVector()) {
        if (!std::exchange(first, false)) text += ',';
        AppendSizes(text, tensor);
      }
      text += ']';
    } else {
      text += "[]";
    }
  }
  return text + "]";
}

ProfileKind KindOf(at::RecordScope scope) {
  switch (scope) {
    case at::RecordScope::BACKWARD_FUNCTION:
      return ProfileKind::kBackward;
    case at::RecordScope::TORCHSCRIPT_FUNCTION:
      return ProfileKind::kScript;
    case at::RecordScope::USER_SCOPE:
      return ProfileKind::kSpan;
    default:
      return ProfileKind::kOperator;
  }
}

std::unique_ptr<at::ObserverContext> OnStart(const at::RecordFunction& function) {
  if (!JoinSession()) return nullptr;
  Session& session = *local.session;
  if (session.events.fetch_add(1, std::memory_order_relaxed) >= session.options.most_events) {
    return nullptr;
  }
  auto call = std::make_unique<Call>();
  call->session = local.session;
  call->buffer = local.buffer;
  call->thread = local.id;
  call->outer = local.innermost;
  ProfileEvent event;
  event.name = function.name();
  event.kind = KindOf(function.scope());
  event.sequence = function.seqNr();
  if (session.options.shapes) event.shapes = ShapesOf(function.inputs());
  if (session.options.memory && call->outer == nullptr) {
    c10::ThreadLocalDebugInfo::_push(c10::DebugInfoKind::PROFILER_STATE,
                                     std::make_shared<Allocations>());
  }
  local.innermost = call.get();
  const std::lock_guard lock(call->buffer->mutex);
  auto& events = call->buffer->thread.events;
  call->index = events.size();
  event.start_ns = Now();
  events.push_back(std::move(event));
  return call;
}

void OnEnd(const at::RecordFunction&, at::ObserverContext* context) {
  const int64_t end = Now();
  auto* call = static_cast<Call*>(context);
  if (call == nullptr) return;
  if (local.innermost == call && local.id == call->thread) {
    local.innermost = call->outer;
    if (call->session->options.memory && call->outer == nullptr) {
      c10::ThreadLocalDebugInfo::_pop(c10::DebugInfoKind::PROFILER_STATE);
    }
  }
  const std::lock_guard lock(call->buffer->mutex);
  auto& events = call->buffer->thread.events;
  // The profile may have ended, and taken what was there.
  if (call->index >= events.size()) return;
  events[call->index].end_ns = end;
  events[call->index].bytes = call->bytes;
}

/// Above all thread numbers.
int64_t NumberOf(const DeviceEvent& event) {
  return 1'000'000'000 + event.device * int64_t{1'000'000} + event.stream;
}

void AddStreams(Profile& profile, std::vector<DeviceEvent> events) {
  std::map<int64_t, ProfiledThread> streams;
  for (DeviceEvent& event : events) {
    ProfiledThread& stream = streams[NumberOf(event)];
    stream.name =
        "cuda:" + std::to_string(event.device) + " stream " + std::to_string(event.stream);
    ProfileEvent& added = stream.events.emplace_back();
    added.name = std::move(event.name);
    added.kind = ProfileKind::kKernel;
    added.start_ns = event.start_ns;
    added.end_ns = event.end_ns;
  }
  for (auto& [number, stream] : streams) {
    stream.id = number;
    profile.threads.push_back(std::move(stream));
  }
}

}  // namespace

void StartProfile(const ProfileOptions& options) {
  Profiler& profiler = TheProfiler();
  const std::lock_guard lock(profiler.mutex);
  if (profiler.session != nullptr) {
    throw Error("ERR_PROFILE_ACTIVE",
                "a profile is being taken already: one at a time, in the whole process");
  }
  if (options.cuda) StartCudaTrace();
  // The allocator logs a warning for what was allocated before and is freed now.
  if (options.memory) FLAGS_caffe2_log_level = std::max(FLAGS_caffe2_log_level, kErrorsOnly);
  auto session = std::make_shared<Session>();
  session->options = options;
  session->number = ++profiler.sessions;
  session->caller = ThisThread();
  session->start_ns = Now();
  profiler.session = session;
  profiler.current.store(session->number, std::memory_order_release);
  session->handle = at::addGlobalCallback(
      at::RecordFunctionCallback(&OnStart, &OnEnd)
          .needsInputs(options.shapes)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION,
                   at::RecordScope::TORCHSCRIPT_FUNCTION, at::RecordScope::USER_SCOPE}));
}

Profile StopProfile() {
  Profiler& profiler = TheProfiler();
  std::shared_ptr<Session> session;
  std::vector<DeviceEvent> streams;
  Profile profile;
  {
    // To the end of CUDA's trace, of which there is one: the next profile starts its own.
    const std::lock_guard lock(profiler.mutex);
    session = std::exchange(profiler.session, nullptr);
    profiler.current.store(0, std::memory_order_release);
    profile.end_ns = Now();
    if (session != nullptr && session->options.cuda) streams = StopCudaTrace();
  }
  if (session == nullptr) return {};
  at::removeCallback(session->handle);
  profile.start_ns = session->start_ns;
  const std::size_t seen = session->events.load();
  profile.dropped = seen - std::min(seen, session->options.most_events);
  const std::lock_guard lock(session->mutex);
  for (const std::shared_ptr<Buffer>& buffer : session->buffers) {
    const std::lock_guard buffer_lock(buffer->mutex);
    ProfiledThread thread = std::move(buffer->thread);
    buffer->thread.events.clear();
    std::erase_if(thread.events, [](const ProfileEvent& event) { return event.end_ns == 0; });
    profile.threads.push_back(std::move(thread));
  }
  AddStreams(profile, std::move(streams));
  return profile;
}

}  // namespace libtorch_node::core

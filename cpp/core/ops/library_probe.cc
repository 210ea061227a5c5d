#include "core/ops/library_probe.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>

#include "core/error.h"
#include "core/error_message.h"

namespace libtorch_node::core {
namespace {

using Clock = std::chrono::steady_clock;

// A thread of ours that held a lock at the fork is not there to give it back: the copy then hangs,
// another one does not.
constexpr int kAttempts = 3;
constexpr std::chrono::seconds kPatience{10};
constexpr int kRefused = 3;
// An initializer may end the copy with any status: only this says that the library is open.
constexpr const char* kOpened = "+";

int answer_to = -1;

[[noreturn]] void Answer(const std::string& text, int status = kRefused) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = write(answer_to, text.data() + sent, text.size() - sent);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  _exit(status);
}

[[noreturn]] void OnTerminate() {
  const std::exception_ptr thrown = std::current_exception();
  Answer(thrown == nullptr ? "it ended the process"
                           : "its static initializers threw: " + Describe(thrown).message);
}

/// Declared to throw nothing, `dlopen` would be called without a way for exceptions.
void* Open(const char* path) {
  void* (*volatile open_library)(const char*, int) = &dlopen;
  return open_library(path, RTLD_NOW | RTLD_LOCAL);
}

/// In the copy, which has this one thread.
[[noreturn]] void OpenInCopy(const std::string& path, const std::function<void()>& prepare) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(fault, SIG_DFL);
  // What it prints, it prints again when it is opened in earnest.
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  std::set_terminate(OnTerminate);
  try {
    prepare();
    if (Open(path.c_str()) == nullptr) {
      const char* reason = dlerror();
      Answer(reason == nullptr ? "unknown" : reason);
    }
  } catch (...) {
    OnTerminate();
  }
  Answer(kOpened, 0);
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw Error("ERR_OP_LIBRARY", std::string("no pipe could be made: ") + strerror(errno));
    }
  }
  ~Pipe() {
    CloseWriter();
    close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void CloseWriter() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// All that comes until the other side is closed; nothing when that takes too long.
std::optional<std::string> ReadAll(int from) {
  const auto deadline = Clock::now() + kPatience;
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{from, POLLIN, 0};
    const int ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
    if (ready == 0) return std::nullopt;
    if (ready < 0) continue;  // interrupted
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

std::optional<std::string> ProbeLibrary(const std::string& path,
                                        const std::function<void()>& prepare) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Pipe pipe;
    const pid_t child = fork();
    if (child < 0) {
      throw Error("ERR_OP_LIBRARY",
                  path + ": no process could be made to try it: " + strerror(errno));
    }
    if (child == 0) {
      answer_to = pipe.writer();
      OpenInCopy(path, prepare);
    }
    pipe.CloseWriter();
    const std::optional<std::string> answer = ReadAll(pipe.reader());
    if (!answer) kill(child, SIGKILL);
    const int status = WaitFor(child);
    if (!answer) continue;
    if (WIFSIGNALED(status)) {
      return std::string("its static initializers crash: ") + strsignal(WTERMSIG(status));
    }
    if (WEXITSTATUS(status) == 0 && *answer == kOpened) return std::nullopt;
    if (WEXITSTATUS(status) == kRefused && !answer->empty()) return answer;
    return "its static initializers end the process";
  }
  return "its static initializers do not come to an end";
}

}  // namespace libtorch_node::core

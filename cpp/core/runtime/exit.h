#pragma once

namespace libtorch_node::core {

/// Arranges, once per process, that at exit pool threads stop before LibTorch's static destructors
/// run. Idle ones end. When an operator is still running, the process leaves at once with the
/// pending status: nobody can receive the result, and the operator may use statics that are being
/// destroyed.
void InstallExitHandler();

/// True from the start of process exit: nothing may be delivered to JavaScript any more.
bool Exiting();

/// For work whose effect outlives the process, like writing a file: exit waits for it, at most a
/// second.
class ExitHold {
 public:
  ExitHold();
  ~ExitHold();
  ExitHold(const ExitHold&) = delete;
  ExitHold& operator=(const ExitHold&) = delete;
};

/// Lives while a JavaScript thread is inside a synchronous run.
class SyncRun {
 public:
  SyncRun();
  ~SyncRun();
  SyncRun(const SyncRun&) = delete;
  SyncRun& operator=(const SyncRun&) = delete;
};

/// When the main thread leaves, Node waits for its workers, and a worker inside a synchronous run
/// does not listen: after a second the process leaves all the same, with this status.
void LimitExit(int status);

}  // namespace libtorch_node::core

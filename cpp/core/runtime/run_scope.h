#pragma once

#include <c10/core/InferenceMode.h>

namespace libtorch_node::core {

/// How the graph executor treats a run: `off` interprets the graph as saved, `simple` optimizes it
/// once without profiling, `profiling` profiles and specializes.
enum class ExecutorMode { kOff, kSimple, kProfiling };

/// What autograd records during a run; `kIfTraining` becomes `kGrad` or `kInference` when the run
/// starts, by the module's mode then.
enum class GradState { kInference, kNoGrad, kGrad, kIfTraining };

/// The thread-local state of one run, restored on destruction; no thread of ours relies on what it
/// inherited.
class RunScope {
 public:
  RunScope(ExecutorMode executor, GradState grad);
  ~RunScope();
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

 private:
  const c10::InferenceMode inference_;  // also saves and restores the grad mode
  const bool previous_optimize_;
};

}  // namespace libtorch_node::core

#include "core/runtime/run_scope.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>

namespace libtorch_node::core {

RunScope::RunScope(ExecutorMode executor, GradState grad)
    : inference_(grad == GradState::kInference),
      previous_optimize_(torch::jit::getGraphExecutorOptimize()) {
  if (grad == GradState::kNoGrad) c10::GradMode::set_enabled(false);
  torch::jit::setGraphExecutorOptimize(executor != ExecutorMode::kOff);
}

RunScope::~RunScope() { torch::jit::setGraphExecutorOptimize(previous_optimize_); }

}  // namespace libtorch_node::core

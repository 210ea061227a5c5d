#pragma once

#include <c10/core/InferenceMode.h>

#include "core/runtime/run_scope.h"

namespace libtorch_node::core {

/// What a scope asks of autograd on its thread.
enum class GradMode { kNoGrad, kEnabled, kInference };

/// As PyTorch's `no_grad`, `enable_grad` and `inference_mode`; restored on destruction.
class GradScope {
 public:
  explicit GradScope(GradMode mode);
  ~GradScope();
  GradScope(const GradScope&) = delete;
  GradScope& operator=(const GradScope&) = delete;

 private:
  const c10::InferenceMode inference_;  // also saves and restores the grad mode
  const bool previous_forced_;
};

bool IsGradEnabled();
bool IsInferenceModeEnabled();

/// What a run that is called here and now records, by the thread's state and by whether one of its
/// arguments requires grad.
GradState GradStateOfCall(bool arguments_require_grad);

}  // namespace libtorch_node::core

#include "core/autograd/grad_scope.h"

#include <c10/core/GradMode.h>

namespace libtorch_node::core {
namespace {

/// Whether the innermost scope is one that asks for gradients in so many words.
thread_local bool forced = false;

}  // namespace

GradScope::GradScope(GradMode mode)
    : inference_(mode == GradMode::kInference || c10::InferenceMode::is_enabled()),
      previous_forced_(forced) {
  c10::GradMode::set_enabled(mode == GradMode::kEnabled);
  forced = mode == GradMode::kEnabled;
}

GradScope::~GradScope() { forced = previous_forced_; }

bool IsGradEnabled() { return c10::GradMode::is_enabled(); }

bool IsInferenceModeEnabled() { return c10::InferenceMode::is_enabled(); }

GradState GradStateOfCall(bool arguments_require_grad) {
  if (!c10::GradMode::is_enabled() || c10::InferenceMode::is_enabled()) {
    return GradState::kInference;
  }
  return arguments_require_grad || forced ? GradState::kGrad : GradState::kIfTraining;
}

}  // namespace libtorch_node::core

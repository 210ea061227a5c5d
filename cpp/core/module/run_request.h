#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <memory>
#include <optional>

#include "core/module/engine.h"
#include "core/runtime/autocast.h"

namespace libtorch_node::core {

/// One call of a method, complete in itself: batching and graph replay can stay native later.
struct RunRequest {
  std::shared_ptr<Engine> engine;
  const Method* method = nullptr;
  torch::jit::Stack inputs;
  GradState grad = GradState::kInference;
  /// Unless given, the running thread's own state holds.
  std::optional<AutocastState> autocast;
};

/// Executes on the calling thread, which has passed the gate: sets the thread-locals, protects the
/// sizes of inputs whose storage may not be resized, awaits futures in the result, and returns when
/// the outputs are ready on their device. No tensor in the result is an inference tensor.
c10::IValue Execute(RunRequest request);

}  // namespace libtorch_node::core

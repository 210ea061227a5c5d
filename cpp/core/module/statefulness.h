#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace libtorch_node::core {

/// What running a method does beside returning a value, read off its graph.
struct Effects {
  /// Assigns to attributes, changes lists or dicts that may be held in them, or the sizes of
  /// tensors that may be: two runs must not meet.
  bool stateful = false;
  /// Writes into tensors that may be held in attributes (no danger to the process, but the values
  /// are state).
  bool writes_tensors = false;
  /// Contains operators that may resize a tensor's storage.
  bool may_resize = false;
  /// Contains operators that may change the sizes of tensors that attributes hold, buffers
  /// excepted.
  bool reshapes_parameters = false;
  bool forks = false;
  /// Calls what could not be inlined, so its effects are unknown.
  bool calls_out = false;
};

/// `graph` is inlined.
Effects EffectsOf(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace libtorch_node::core

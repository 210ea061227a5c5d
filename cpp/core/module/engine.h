#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/gate.h"
#include "core/runtime/run_scope.h"

namespace libtorch_node::core {

struct Method {
  std::string name;
  const c10::FunctionSchema* schema = nullptr;  // owned by the engine; the first argument is `self`
  // Assigns to attributes, or changes lists or dicts held in them, or shares attributes with a
  // method that does: runs must not meet.
  bool stateful = false;
  std::size_t index = 0;
};

enum class Format { kTorchScript, kLite };

/// What every kind of module can do. One engine is one set of attributes over one set of weights.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Format format() const = 0;
  /// The name of its class, with its packages: '__torch__.DigitsNet'.
  virtual std::string TypeName() const { return {}; }
  virtual const std::vector<Method>& methods() const = 0;
  /// Throws ERR_NO_METHOD, naming the methods there are.
  const Method& FindMethod(const std::string& name) const;
  /// Runs on the calling thread; `inputs` are the arguments after `self`, complete and of the
  /// schema's types.
  virtual c10::IValue Run(const Method& method, torch::jit::Stack inputs) = 0;
  /// Whether it is in training mode and has parameters that could learn. To be asked in the gate.
  virtual bool RecordsGradients() const { return false; }
  /// Whether this thread's callers may record gradients through the weights: others only share
  /// them, and gradients gather in one place that has no lock.
  virtual bool OwnsGradients() const { return false; }
  /// For another environment: the same weights and gate; its own attributes when a method is
  /// stateful.
  virtual std::shared_ptr<Engine> Share() = 0;

  ExecutorMode executor() const { return executor_; }
  /// Whether a run recorded gradients. The profiling executor's plan for those saves tensors for
  /// the backward pass in every run, which inference tensors do not allow.
  std::atomic<bool>& recorded() const { return *recorded_; }
  const std::shared_ptr<Gate>& gate() const { return gate_; }
  int lane() const { return lane_; }
  Gate::Request Admission(const Method& method) const {
    return {Gate::Access::kShared, method.stateful ? lane_ : Gate::kNoLane};
  }
  /// Reads weights and attributes as they stand between runs.
  Gate::Request WholeRequest() const {
    bool stateful = false;
    for (const Method& method : methods()) stateful |= method.stateful;
    return {Gate::Access::kShared, stateful ? lane_ : Gate::kNoLane};
  }

 protected:
  ExecutorMode executor_ = ExecutorMode::kOff;
  /// One for all engines that share their plans.
  std::shared_ptr<std::atomic<bool>> recorded_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  int lane_ = 0;
};

}  // namespace libtorch_node::core

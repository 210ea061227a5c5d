#include "core/module/run_request.h"

#include <ATen/record_function.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/module/future_values.h"
#include "core/tensor/may_hold_tensors.h"
#include "core/tensor/normal_tensor.h"
#include "core/tensor/size_guard.h"

namespace libtorch_node::core {
namespace {

/// The devices whose work a call only started.
class BusyDevices {
 public:
  void Note(const c10::IValue& value) {
    if (value.isTensor()) {
      Note(value.toTensor());
    } else if (value.isList()) {
      if (!MayHoldTensors(value.toList().elementType())) return;
      for (const c10::IValue& item : value.toListRef()) Note(item);
    } else if (value.isTuple()) {
      for (const c10::IValue& item : value.toTupleRef().elements()) Note(item);
    } else if (value.isGenericDict()) {
      for (const auto& entry : value.toGenericDict()) Note(entry.value());
    }
  }

  /// Waits for this thread's stream on each.
  void Synchronize() const {
    for (const c10::Device device : devices_) {
      const c10::impl::VirtualGuardImpl guard(device.type());
      guard.synchronizeStream(guard.getStream(device));
    }
  }

 private:
  void Note(const at::Tensor& tensor) {
    if (!tensor.defined() || tensor.is_cpu() || tensor.is_meta()) return;
    const c10::Device device = tensor.device();
    if (std::find(devices_.begin(), devices_.end(), device) == devices_.end()) {
      devices_.push_back(device);
    }
  }

  c10::SmallVector<c10::Device, 2> devices_;
};

/// 'DigitsNet.forward', for profiles.
std::string SpanName(const RunRequest& request) {
  const std::string type = request.engine->TypeName();
  return type.substr(type.rfind('.') + 1) + "." + request.method->name;
}

c10::IValue Compute(RunRequest& request) {
  const RunScope scope(request.engine->executor(), request.grad);
  std::optional<AutocastScope> autocast;
  if (request.autocast) autocast.emplace(*request.autocast);
  at::RecordFunction span(at::RecordScope::USER_SCOPE);
  if (span.isActive()) span.before(SpanName(request), c10::ArrayRef<const c10::IValue>{});
  const c10::FunctionSchema& schema = *request.method->schema;
  c10::IValue result = request.engine->Run(*request.method, std::move(request.inputs));
  if (!schema.returns().empty() && MayHoldFutures(*schema.returns()[0].type())) {
    result = AwaitFutures(std::move(result));
  }
  BusyDevices busy;
  busy.Note(result);
  busy.Synchronize();
  if (request.grad == GradState::kInference) DropInferenceCasts();
  return result;
}

GradState Decide(const RunRequest& request) {
  const Engine& engine = *request.engine;
  GradState grad = request.grad;
  if (grad == GradState::kIfTraining) {
    grad = engine.RecordsGradients() ? GradState::kGrad : GradState::kInference;
  }
  if (grad == GradState::kGrad) {
    if (!engine.OwnsGradients()) {
      throw Error("ERR_NOT_TRAINABLE",
                  request.method->name +
                      (engine.format() == Format::kLite
                           ? ": the lite interpreter records no gradients: run it within noGrad"
                           : ": gradients are recorded where the module was loaded, and this one "
                             "was shared from elsewhere: run it within noGrad, or clone() it"));
    }
    engine.recorded() = true;
  } else if (grad == GradState::kInference && engine.executor() == ExecutorMode::kProfiling &&
             engine.recorded()) {
    grad = GradState::kNoGrad;
  }
  return grad;
}

}  // namespace

c10::IValue Execute(RunRequest request) {
  request.grad = Decide(request);
  SizeGuard sizes;
  for (const c10::IValue& input : request.inputs) sizes.Watch(input);
  c10::IValue result;
  try {
    result = Compute(request);
  } catch (...) {
    sizes.Restore();
    throw;
  }
  return AsNormal(std::move(result), request.grad == GradState::kGrad);
}

}  // namespace libtorch_node::core

#include "core/module/call_inputs.h"

#include <utility>
#include <vector>

#include "core/autograd/grad_scope.h"
#include "core/autograd/graph_alias.h"
#include "core/autograd/parameter.h"
#include "core/tensor/may_hold_tensors.h"

namespace libtorch_node::core {
namespace {

struct Found {
  bool requires_grad = false;
  bool parameter = false;
};

void Look(const c10::IValue& value, Found& found) {
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined()) return;
    found.requires_grad |= tensor.requires_grad();
    found.parameter |= IsParameter(tensor);
  } else if (value.isList()) {
    if (!MayHoldTensors(value.toList().elementType())) return;
    for (const c10::IValue& item : value.toListRef()) Look(item, found);
  } else if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) Look(item, found);
  } else if (value.isGenericDict()) {
    if (!MayHoldTensors(value.toGenericDict().valueType())) return;
    for (const auto& entry : value.toGenericDict()) Look(entry.value(), found);
  }
}

/// True when something changed; what holds no tensors is left alone, for it may be a default value,
/// which all runs share.
bool OwnTensors(c10::IValue& value, RunPlace place) {
  bool changed = false;
  if (value.isTensor()) {
    if (place == RunPlace::kHere && !IsParameter(value.toTensor())) return false;
    value = GraphAlias(value.toTensor());
    changed = true;
  } else if (value.isList()) {
    auto list = value.toList();
    if (!MayHoldTensors(list.elementType())) return false;
    for (std::size_t i = 0; i < list.size(); ++i) {
      c10::IValue item = list.get(i);
      if (!OwnTensors(item, place)) continue;
      list.set(i, std::move(item));
      changed = true;
    }
  } else if (value.isTuple()) {
    std::vector<c10::IValue> elements = value.toTupleRef().elements().vec();
    for (c10::IValue& element : elements) changed |= OwnTensors(element, place);
    if (changed) value.toTupleRef().setElements(std::move(elements));
  } else if (value.isGenericDict()) {
    if (!MayHoldTensors(value.toGenericDict().valueType())) return false;
    for (const auto& entry : value.toGenericDict()) {
      c10::IValue item = entry.value();
      if (!OwnTensors(item, place)) continue;
      entry.setValue(std::move(item));
      changed = true;
    }
  }
  return changed;
}

}  // namespace

GradState PrepareInputs(torch::jit::Stack& inputs, RunPlace place) {
  Found found;
  for (const c10::IValue& input : inputs) Look(input, found);
  if (place == RunPlace::kElsewhere || found.parameter) {
    for (c10::IValue& input : inputs) OwnTensors(input, place);
  }
  return GradStateOfCall(found.requires_grad);
}

}  // namespace libtorch_node::core

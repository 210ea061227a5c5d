#include "core/module/module_copy.h"

#include <ATen/ops/clone.h>
#include <ATen/ops/to_ops.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/quantization/engine.h"
#include "core/tensor/may_hold_tensors.h"

namespace libtorch_node::core {
namespace {

using c10::IValue;
using Object = c10::ivalue::Object;

bool IsWeightSlot(const c10::ClassType& type, std::size_t slot) {
  return type.is_module() && (type.is_parameter(slot) || type.is_buffer(slot));
}

/// Copies containers and objects, each once, so that what was one object stays one.
class Copier {
 public:
  explicit Copier(bool own_state) : own_state_(own_state) {}

  /// Tensors that share storage with a parameter are the parameter, whatever list they stand in.
  template <typename Tensors>
  void ShareParameters(const Tensors& tensors) {
    for (const at::Tensor& parameter : tensors) {
      if (parameter.defined() && parameter.has_storage()) {
        parameters_.insert(parameter.storage().unsafeGetStorageImpl());
      }
    }
  }

  IValue Copy(const IValue& value) {
    if (value.isTensor()) return CopyTensor(value);
    if (!value.isObject() && !value.isList() && !value.isGenericDict() && !value.isTuple()) {
      return value;
    }
    const auto known = copies_.find(value);
    if (known != copies_.end()) return known->second;
    if (value.isObject()) return value.isCustomClass() ? value : CopyObject(value);
    if (value.isList()) return CopyList(value);
    if (value.isGenericDict()) return CopyDict(value);
    return CopyTuple(value);
  }

 private:
  IValue CopyTensor(const IValue& value) {
    const at::Tensor& tensor = value.toTensor();
    if (!own_state_ || !tensor.defined()) return value;
    if (tensor.has_storage() && parameters_.count(tensor.storage().unsafeGetStorageImpl()) > 0)
      return value;
    const auto known = copies_.find(value);
    if (known != copies_.end()) return known->second;
    return copies_.emplace(value, tensor.clone()).first->second;
  }

  IValue CopyObject(const IValue& value) {
    const auto copy = value.toObject()->copy();
    copies_.emplace(value, copy);
    for (std::size_t slot = 0; slot < copy->slots().size(); ++slot) {
      copy->setSlot(slot, Copy(copy->getSlot(slot)));
    }
    return copy;
  }

  IValue CopyList(const IValue& value) {
    const auto copy = value.toList().copy();
    copies_.emplace(value, copy);
    if (!MayHoldTensors(copy.elementType())) return copy;
    for (std::size_t i = 0; i < copy.size(); ++i) copy.set(i, Copy(copy.get(i)));
    return copy;
  }

  IValue CopyDict(const IValue& value) {
    const auto copy = value.toGenericDict().copy();
    copies_.emplace(value, copy);
    if (!MayHoldTensors(copy.valueType())) return copy;
    for (const auto& entry : copy) entry.setValue(Copy(entry.value()));
    return copy;
  }

  IValue CopyTuple(const IValue& value) {
    const auto& tuple = value.toTupleRef();
    std::vector<IValue> elements = tuple.elements().vec();
    for (IValue& element : elements) element = Copy(element);
    IValue copy = c10::ivalue::Tuple::createNamed(std::move(elements), tuple.type());
    copies_.emplace(value, copy);
    return copy;
  }

  const bool own_state_;
  std::set<const void*> parameters_;
  IValue::HashIdentityIValueMap copies_;
};

/// Where a tensor looks: two tensors with the same key are the same window on the same memory.
using Window =
    std::tuple<const void*, int64_t, std::vector<int64_t>, std::vector<int64_t>, c10::ScalarType>;

Window WindowOf(const at::Tensor& tensor) {
  if (!tensor.has_storage()) return {tensor.unsafeGetTensorImpl(), 0, {}, {}, tensor.scalar_type()};
  return {tensor.storage().unsafeGetStorageImpl(), tensor.storage_offset(), tensor.sizes().vec(),
          tensor.strides().vec(), tensor.scalar_type()};
}

class Mover {
 public:
  Mover(std::optional<c10::Device> device, std::optional<c10::ScalarType> dtype, bool non_blocking)
      : device_(device), dtype_(dtype), non_blocking_(non_blocking) {}

  /// First the weights, then what refers to them.
  void Move(const c10::intrusive_ptr<Object>& module) {
    VisitWeights(module);
    seen_.clear();
    VisitOthers(module);
  }

 private:
  void VisitWeights(const c10::intrusive_ptr<Object>& object) {
    if (!seen_.insert(object.get()).second) return;
    const auto type = object->type();
    for (std::size_t slot = 0; slot < object->slots().size(); ++slot) {
      const IValue& value = object->getSlot(slot);
      if (value.isTensor() && value.toTensor().defined() && IsWeightSlot(*type, slot)) {
        object->setSlot(slot, Moved(value.toTensor()));
      } else if (value.isObject() && value.toObjectRef().type()->is_module()) {
        VisitWeights(value.toObject());
      }
    }
  }

  at::Tensor Moved(const at::Tensor& tensor) {
    const Window window = WindowOf(tensor);
    const auto known = moved_.find(window);
    if (known != moved_.end()) return known->second;
    const bool casts = dtype_ && (tensor.is_floating_point() || tensor.is_complex());
    at::Tensor moved = tensor.to(device_.value_or(tensor.device()),
                                 casts ? *dtype_ : tensor.scalar_type(), non_blocking_);
    if (!moved.is_same(tensor)) moved.set_requires_grad(tensor.requires_grad());
    kept_.push_back(tensor);
    moved_.emplace(window, moved);
    return moved;
  }

  void VisitOthers(const c10::intrusive_ptr<Object>& object) {
    if (!seen_.insert(object.get()).second) return;
    const auto type = object->type();
    for (std::size_t slot = 0; slot < object->slots().size(); ++slot) {
      IValue value = object->getSlot(slot);
      if (value.isTensor() && IsWeightSlot(*type, slot)) continue;
      if (Replace(value)) object->setSlot(slot, std::move(value));
    }
  }

  /// True when the value itself has to be stored again.
  bool Replace(IValue& value) {
    if (value.isTensor()) {
      if (!value.toTensor().defined()) return false;
      const auto moved = moved_.find(WindowOf(value.toTensor()));
      if (moved == moved_.end()) return false;
      value = moved->second;
      return true;
    }
    if (value.isObject()) {
      if (!value.isCustomClass()) VisitOthers(value.toObject());
      return false;
    }
    if (value.isList()) return ReplaceItems(value.toList());
    if (value.isGenericDict()) return ReplaceItems(value.toGenericDict());
    return value.isTuple() && ReplaceElements(value);
  }

  bool ReplaceItems(const c10::List<IValue>& list) {
    if (!MayHoldTensors(list.elementType())) return false;
    for (std::size_t i = 0; i < list.size(); ++i) {
      IValue item = list.get(i);
      if (Replace(item)) list.set(i, std::move(item));
    }
    return false;
  }

  bool ReplaceItems(const c10::Dict<IValue, IValue>& dict) {
    if (!MayHoldTensors(dict.valueType())) return false;
    for (const auto& entry : dict) {
      IValue item = entry.value();
      if (Replace(item)) entry.setValue(std::move(item));
    }
    return false;
  }

  bool ReplaceElements(IValue& value) {
    const auto& tuple = value.toTupleRef();
    std::vector<IValue> elements = tuple.elements().vec();
    bool any = false;
    for (IValue& element : elements) any |= Replace(element);
    if (any) value = c10::ivalue::Tuple::createNamed(std::move(elements), tuple.type());
    return any;
  }

  const std::optional<c10::Device> device_;
  const std::optional<c10::ScalarType> dtype_;
  const bool non_blocking_;
  std::set<const void*> seen_;
  std::map<Window, at::Tensor> moved_;
  std::vector<at::Tensor> kept_;  // so that no new storage takes the address of an old one
};

}  // namespace

torch::jit::Module CopyAttributes(const torch::jit::Module& module, bool own_state) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  Copier copier(own_state);
  copier.ShareParameters(module.parameters());
  return torch::jit::Module(copier.Copy(module._ivalue()).toObject());
}

c10::intrusive_ptr<Object> CopyAttributes(const c10::intrusive_ptr<Object>& object,
                                          const std::vector<at::Tensor>& shared, bool own_state) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  Copier copier(own_state);
  copier.ShareParameters(shared);
  return copier.Copy(object).toObject();
}

torch::jit::Module DeepCopy(const torch::jit::Module& module) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  const UnpackingScope own_engine;
  torch::jit::Module copy = module.deepcopy();
  std::vector<at::Tensor> copies;
  for (const at::Tensor& parameter : copy.parameters()) copies.push_back(parameter);
  std::size_t index = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    const at::Tensor& own = copies.at(index++);
    if (own.defined()) own.set_requires_grad(parameter.requires_grad());
  }
  return copy;
}

void MoveTensors(torch::jit::Module& module, std::optional<c10::Device> device,
                 std::optional<c10::ScalarType> dtype, bool non_blocking) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  Mover(device, dtype, non_blocking).Move(module._ivalue());
}

}  // namespace libtorch_node::core

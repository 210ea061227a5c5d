#include "core/tensor/normal_tensor.h"

#include <ATen/ops/clone.h>
#include <ATen/ops/detach.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/TensorImpl.h>

#include <typeinfo>
#include <utility>
#include <vector>

#include "core/autograd/graph_alias.h"
#include "core/tensor/may_hold_tensors.h"
#include "core/tensor/size_guard.h"

namespace libtorch_node::core {
namespace {

bool IsPlain(const c10::TensorImpl& impl) {
  return typeid(impl) == typeid(c10::TensorImpl) && impl.has_storage() &&
         impl.layout() == c10::kStrided && !impl.has_symbolic_sizes_strides();
}

// The key set keeps the conjugate and negative bits; the constructor adds autograd's keys, because
// InferenceMode is off.
at::Tensor OverSameStorage(const c10::TensorImpl& impl) {
  at::Tensor made = at::detail::make_tensor<c10::TensorImpl>(c10::Storage(impl.unsafe_storage()),
                                                             impl.key_set(), impl.dtype());
  made.unsafeGetTensorImpl()->set_sizes_and_strides(impl.sizes(), impl.strides(),
                                                    impl.storage_offset());
  return made;
}

class Normalizer {
 public:
  explicit Normalizer(bool keep_graph) : keep_graph_(keep_graph) {}

  void Visit(c10::IValue& value) const {
    if (value.isTensor()) {
      VisitTensor(value.toTensor());
    } else if (value.isList()) {
      if (!MayHoldTensors(value.toList().elementType())) return;
      if (value.use_count() > 1) value = value.toList().copy();
      VisitList(value.toList());
    } else if (value.isTuple()) {
      VisitTuple(value);
    } else if (value.isGenericDict()) {
      if (!MayHoldTensors(value.toGenericDict().valueType())) return;
      if (value.use_count() > 1) value = value.toGenericDict().copy();
      VisitDict(value.toGenericDict());
    }
  }

 private:
  void VisitTensor(at::Tensor& tensor) const {
    if (!tensor.defined()) return;
    if (tensor.is_inference()) {
      tensor = AsNormalTensor(tensor);
    } else if (tensor.use_count() > 1 && !(keep_graph_ && tensor.requires_grad())) {
      tensor = PinnedAlias(tensor);
    } else if (tensor.use_count() > 1 && !tensor.is_leaf()) {
      tensor = GraphAlias(tensor);
    } else if (!keep_graph_ && !tensor.is_leaf()) {
      // The profiling executor's plan for gradients records without being asked.
      tensor = tensor.detach();
    }
    if (tensor.has_storage() && tensor.storage().use_count() > 1) PinStorage(tensor);
  }

  void VisitList(c10::List<c10::IValue> list) const {
    for (std::size_t i = 0; i < list.size(); ++i) {
      c10::IValue item = list.extract(i);
      Visit(item);
      list.set(i, std::move(item));
    }
  }

  void VisitDict(const c10::Dict<c10::IValue, c10::IValue>& dict) const {
    for (const auto& entry : dict) {
      c10::IValue item = entry.value();
      entry.setValue(c10::IValue());
      Visit(item);
      entry.setValue(std::move(item));
    }
  }

  void VisitTuple(c10::IValue& value) const {
    auto& tuple = value.toTupleRef();
    std::vector<c10::IValue> elements = tuple.elements().vec();
    const bool shared = value.use_count() > 1;
    if (!shared) tuple.setElements(std::vector<c10::IValue>());
    for (c10::IValue& element : elements) Visit(element);
    if (shared) {
      value = c10::ivalue::Tuple::createNamed(std::move(elements), tuple.type());
    } else {
      tuple.setElements(std::move(elements));
    }
  }

  const bool keep_graph_;
};

}  // namespace

at::Tensor AsNormalTensor(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.is_inference()) return tensor;
  const c10::InferenceMode off(false);
  const c10::TensorImpl& impl = *tensor.unsafeGetTensorImpl();
  return IsPlain(impl) ? OverSameStorage(impl) : tensor.clone();
}

at::Tensor PinnedAlias(const at::Tensor& tensor) {
  if (!tensor.defined()) return tensor;
  const c10::InferenceMode off(false);
  PinStorage(tensor);
  const c10::TensorImpl& impl = *tensor.unsafeGetTensorImpl();
  at::Tensor alias;
  if (IsPlain(impl)) {
    alias = OverSameStorage(impl);
  } else {
    alias = tensor.is_inference() ? tensor.clone() : tensor.detach();
  }
  if (tensor.is_leaf() && tensor.requires_grad()) alias.set_requires_grad(true);
  return alias;
}

c10::IValue AsNormal(c10::IValue value, bool keep_graph) {
  Normalizer(keep_graph).Visit(value);
  return value;
}

}  // namespace libtorch_node::core

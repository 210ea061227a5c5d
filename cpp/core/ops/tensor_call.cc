#include "core/ops/tensor_call.h"

#include <ATen/core/LegacyTypeDispatch.h>

namespace libtorch_node::core {

namespace {

bool IsTensor(const c10::Argument& argument) {
  return argument.real_type()->kind() == c10::TypeKind::TensorType &&
         argument.alias_info() == nullptr;
}

/// Whether the overload is the one that so many tensors alone choose.
bool TakesTensors(const c10::FunctionSchema& schema, std::size_t tensors) {
  const auto& arguments = schema.arguments();
  if (arguments.size() < tensors) return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const c10::Argument& argument = arguments[i];
    if (i >= tensors) {
      if (!argument.default_value()) return false;
      continue;
    }
    const c10::TypePtr& type = argument.real_type();
    if (argument.kwarg_only() || !c10::TensorType::get()->isSubtypeOf(*type)) return false;
  }
  return true;
}

/// Neither gradients nor forward-mode tangents: autograd's kernel would only pass the call on.
bool IsPlain(const at::Tensor& tensor) {
  return tensor.defined() && tensor.unsafeGetTensorImpl()->autograd_meta() == nullptr;
}

}  // namespace

std::optional<TensorCall> TensorCall::Find(const std::vector<Overload>& overloads,
                                           std::size_t tensors) {
  for (const Overload& overload : overloads) {
    const c10::FunctionSchema& schema = *overload.schema;
    if (!TakesTensors(schema, tensors)) continue;
    // Kernels of other libraries may take their tensors by value.
    if (!overload.op->isC10Op() || schema.name().rfind("aten::", 0) != 0) return std::nullopt;
    const auto& arguments = schema.arguments();
    const auto& returns = schema.returns();
    if (returns.size() != 1 || !IsTensor(returns.front())) return std::nullopt;
    for (std::size_t i = 0; i < tensors; ++i) {
      if (!IsTensor(arguments[i])) return std::nullopt;
    }
    const c10::OperatorHandle handle = c10::Dispatcher::singleton().findSchemaOrThrow(
        schema.name().c_str(), schema.overload_name().c_str());
    if (arguments.size() == tensors) {
      if (tensors == 1) return TensorCall(handle.typed<at::Tensor(const at::Tensor&)>());
      return TensorCall(handle.typed<at::Tensor(const at::Tensor&, const at::Tensor&)>());
    }
    if (tensors != 2 || arguments.size() != 3 ||
        arguments[2].real_type()->kind() != c10::TypeKind::NumberType) {
      return std::nullopt;
    }
    TensorCall call(
        handle.typed<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Scalar&)>());
    call.scale_ = arguments[2].default_value()->toScalar();
    return call;
  }
  return std::nullopt;
}

at::Tensor TensorCall::operator()(const at::Tensor& self) const {
  const auto& handle = std::get<Unary>(handle_);
  if (!IsPlain(self)) return handle.call(self);
  const at::AutoDispatchBelowAutograd guard;
  return handle.call(self);
}

at::Tensor TensorCall::operator()(const at::Tensor& self, const at::Tensor& other) const {
  std::optional<at::AutoDispatchBelowAutograd> guard;
  if (IsPlain(self) && IsPlain(other)) guard.emplace();
  if (const auto* scaled = std::get_if<Scaled>(&handle_)) return scaled->call(self, other, scale_);
  return std::get<Binary>(handle_).call(self, other);
}

}  // namespace libtorch_node::core

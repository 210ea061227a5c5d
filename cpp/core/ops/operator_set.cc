#include "core/ops/operator_set.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include "core/autograd/parameter.h"
#include "core/device/available.h"
#include "core/error.h"
#include "core/jit/trace.h"
#include "core/ops/number_tensor.h"
#include "core/ops/vision/registration.h"
#include "core/tensor/size_guard.h"

namespace libtorch_node::core {

namespace {

using torch::jit::Operator;

/// Operators parse their schemas at first use, into unguarded memory.
const c10::FunctionSchema& SchemaOf(const Operator& op) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return op.schema();
}

std::vector<std::size_t> DeviceArguments(const c10::FunctionSchema& schema) {
  const auto device = c10::DeviceObjType::get();
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < schema.arguments().size(); ++i) {
    if (device->isSubtypeOf(*schema.arguments()[i].real_type())) indices.push_back(i);
  }
  return indices;
}

/// Operators that change elements and nothing else end in an underscore; these do too.
bool ChangesSizes(const Operator& op) {
  const auto tags = op.getTags();
  if (std::find(tags.begin(), tags.end(), at::Tag::inplace_view) != tags.end()) return true;
  const c10::FunctionSchema& schema = SchemaOf(op);
  const std::string& name = schema.name();
  return !name.starts_with("aten::") || !name.ends_with('_') ||
         name.find("resize") != std::string::npos || name.find("sparse") != std::string::npos ||
         name.find("coalesced") != std::string::npos;
}

std::vector<std::size_t> ReshapedArguments(const Operator& op) {
  const c10::FunctionSchema& schema = SchemaOf(op);
  std::vector<std::size_t> indices;
  // TorchScript's own operators change lists, not the tensors in them.
  if (!op.isC10Op()) return indices;
  const bool any = ChangesSizes(op);
  for (std::size_t i = 0; i < schema.arguments().size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i];
    const bool written = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
    if (written && (any || argument.is_out())) indices.push_back(i);
  }
  return indices;
}

void RequireNoParameter(const Overload& overload, const at::Tensor& tensor) {
  if (!IsParameter(tensor)) return;
  throw Error("ERR_NOT_RESIZABLE",
              overload.schema->name() +
                  ": a module's parameter keeps its sizes and its memory, because other threads "
                  "may be running the module: work on detach() of it, or on a copy");
}

void RequireNoParameters(const Overload& overload, const torch::jit::Stack& stack) {
  for (const std::size_t index : overload.reshaped_arguments) {
    if (index >= stack.size()) continue;
    const c10::IValue& value = stack[index];
    if (value.isTensor()) {
      RequireNoParameter(overload, value.toTensor());
    } else if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) RequireNoParameter(overload, tensor);
    }
  }
}

/// The part of a type that no JavaScript value stands for; null when there is none.
const c10::Type* Foreign(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::StorageType:
    case c10::TypeKind::StreamObjType:
    case c10::TypeKind::FutureType:
    case c10::TypeKind::AwaitType:
    case c10::TypeKind::RRefType:
    case c10::TypeKind::QuantizerType:
    case c10::TypeKind::CapsuleType:
    case c10::TypeKind::PyObjectType:
    case c10::TypeKind::AnyEnumType:
    case c10::TypeKind::AnyClassType:
      return &type;
    case c10::TypeKind::OptionalType:
      return nullptr;
    case c10::TypeKind::ClassType:
      return nullptr;  // a handle; what is inside does not cross
    default:
      for (const c10::TypePtr& inner : type.containedTypes()) {
        if (const c10::Type* foreign = Foreign(*inner)) return foreign;
      }
      return nullptr;
  }
}

Overload NewOverload(std::shared_ptr<Operator> op) {
  if (!op->hasOperation()) {
    throw Error("ERR_NOT_IMPLEMENTED", ToString(SchemaOf(*op)) + ": " + ObstacleOf(*op));
  }
  Overload overload;
  overload.schema = std::make_shared<const c10::FunctionSchema>(SchemaOf(*op));
  overload.operation = op->getOperation();
  overload.is_mutable = overload.schema->is_mutable();
  overload.reshaped_arguments = ReshapedArguments(*op);
  overload.device_arguments = DeviceArguments(*overload.schema);
  overload.op = std::move(op);
  return overload;
}

std::string Nearest(c10::Symbol symbol) {
  std::string names;
  for (const c10::Symbol& near : torch::jit::findSimilarOperators(symbol)) {
    names += (names.empty() ? "" : ", ") + std::string(near.toQualString());
  }
  return names.empty() ? "" : "; did you mean " + names + "?";
}

/// Says which overloads there are, when the operator itself is known.
void ThrowUnknownOverload(const std::string& name, const std::string& base, c10::Symbol symbol) {
  std::string known;
  for (const auto& op : torch::jit::getAllSortedOperatorsFor(symbol)) {
    const std::string& overload = SchemaOf(*op).overload_name();
    known += (known.empty() ? "" : ", ") + (overload.empty() ? "default" : overload);
  }
  if (known.empty()) return;
  throw Error("ERR_UNKNOWN_OPERATOR", "LibTorch has no operator '" + name +
                                          "'; the overloads of '" + base + "' are " + known);
}

/// Internal to LibTorch, which checks its arguments before it calls it.
bool Crashes(const Operator& op) { return SchemaOf(op).name() == "aten::_stack"; }

void Invoke(Overload& overload, torch::jit::Stack& stack) {
  if (Trace* trace = Trace::Current()) {
    trace->Call(overload, stack);
  } else {
    (*overload.operation)(stack);
  }
}

}  // namespace

OperatorSet FindOperators(const std::string& name) {
  const std::size_t space = name.find("::");
  const std::size_t dot = space == std::string::npos ? space : name.find('.', space);
  OperatorSet set;
  set.name = name;
  set.numbers_as_tensors = TakesNumbersAsTensors(name);
  const std::string base = name.substr(0, dot);
  const auto symbol =
      c10::Symbol::fromQualString(space == std::string::npos ? "aten::" + base : base);
  // PyTorch calls the overload without a name `default`.
  std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (overload == "default") overload.clear();
  std::optional<VisionOperatorsInPlace> hold;
  if (base.starts_with("torchvision::")) hold.emplace();
  std::shared_ptr<Operator> unusable;
  for (const auto& op : torch::jit::getAllSortedOperatorsFor(symbol)) {
    if (dot != std::string::npos && SchemaOf(*op).overload_name() != overload) continue;
    // Overloads that only graphs can run do not hide the others.
    if (dot == std::string::npos && !op->hasOperation()) {
      unusable = op;
      continue;
    }
    if (Crashes(*op)) throw Error("ERR_NOT_IMPLEMENTED", name + ": " + ObstacleOf(*op));
    set.overloads.push_back(NewOverload(op));
  }
  if (set.overloads.empty() && unusable != nullptr) NewOverload(unusable);
  if (set.overloads.empty() && dot != std::string::npos) ThrowUnknownOverload(name, base, symbol);
  if (set.overloads.empty()) {
    throw Error("ERR_UNKNOWN_OPERATOR",
                "LibTorch has no operator '" + name + "'" + Nearest(symbol));
  }
  return set;
}

std::string ObstacleOf(const Operator& op) {
  if (!op.hasOperation()) return "runs only as a node of a TorchScript graph";
  if (Crashes(op)) return "ends the process on an empty list; aten::stack does the same safely";
  const c10::FunctionSchema& schema = SchemaOf(op);
  if (schema.is_vararg()) return "takes the inputs of a node of a TorchScript graph";
  for (const c10::Argument& argument : schema.arguments()) {
    if (argument.default_value()) continue;
    if (const c10::Type* foreign = Foreign(*argument.real_type())) {
      return "takes " + foreign->annotation_str() + ", for which there is no JavaScript value";
    }
  }
  for (const c10::Argument& result : schema.returns()) {
    if (const c10::Type* foreign = Foreign(*result.type())) {
      return "returns " + foreign->annotation_str() + ", for which there is no JavaScript value";
    }
  }
  return "";
}

std::vector<Overload> AllOperators() {
  const VisionOperatorsInPlace hold;
  std::vector<Overload> overloads;
  for (const auto& op : torch::jit::getAllOperators()) {
    Overload overload;
    overload.schema = std::make_shared<const c10::FunctionSchema>(SchemaOf(*op));
    overload.op = op;
    overloads.push_back(std::move(overload));
  }
  return overloads;
}

void CallOperator(Overload& overload, torch::jit::Stack& stack) {
  for (const std::size_t index : overload.device_arguments) {
    if (index < stack.size() && stack[index].isDevice()) CheckDevice(stack[index].toDevice());
  }
  if (!overload.is_mutable) {
    Invoke(overload, stack);
    return;
  }
  RequireNoParameters(overload, stack);
  SizeGuard guard;
  for (const c10::IValue& input : stack) guard.Watch(input);
  try {
    Invoke(overload, stack);
  } catch (...) {
    guard.Restore();
    throw;
  }
}

std::string ToString(const c10::FunctionSchema& schema) {
  std::ostringstream text;
  text << schema;
  return std::move(text).str();
}

}  // namespace libtorch_node::core

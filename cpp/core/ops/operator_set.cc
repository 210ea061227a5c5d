#include "core/ops/operator_set.h"

#include <mutex>
#include <sstream>
#include <utility>

#include "core/device/available.h"
#include "core/error.h"
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

Overload NewOverload(std::shared_ptr<Operator> op) {
  Overload overload;
  overload.schema = &SchemaOf(*op);
  overload.operation = op->getOperation();
  overload.is_mutable = overload.schema->is_mutable();
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

}  // namespace

OperatorSet FindOperators(const std::string& name) {
  const std::size_t space = name.find("::");
  const std::size_t dot = space == std::string::npos ? space : name.find('.', space);
  OperatorSet set;
  set.name = name;
  const std::string base = name.substr(0, dot);
  const auto symbol =
      c10::Symbol::fromQualString(space == std::string::npos ? "aten::" + base : base);
  for (const auto& op : torch::jit::getAllSortedOperatorsFor(symbol)) {
    if (dot == std::string::npos || SchemaOf(*op).overload_name() == name.substr(dot + 1)) {
      set.overloads.push_back(NewOverload(op));
    }
  }
  if (set.overloads.empty()) {
    throw Error("ERR_UNKNOWN_OPERATOR",
                "LibTorch has no operator '" + name + "'" + Nearest(symbol));
  }
  return set;
}

std::vector<Overload> AllOperators() {
  std::vector<Overload> overloads;
  for (const auto& op : torch::jit::getAllOperators()) {
    Overload overload;
    overload.schema = &SchemaOf(*op);
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
    (*overload.operation)(stack);
    return;
  }
  SizeGuard guard;
  for (const c10::IValue& input : stack) guard.Watch(input);
  try {
    (*overload.operation)(stack);
  } catch (...) {
    guard.Restore();
    throw;
  }
}

std::string ToString(const c10::FunctionSchema& schema) {
  std::ostringstream text;
  text << schema;
  return text.str();
}

}  // namespace libtorch_node::core

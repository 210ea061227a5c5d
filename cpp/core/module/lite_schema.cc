#include "core/module/lite_schema.h"

#include <ATen/core/dynamic_type.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/runtime/instruction.h>

#include <string>
#include <utility>
#include <vector>

namespace libtorch_node::core {
namespace {

using torch::jit::mobile::Function;

/// Files write None where an argument has no default, as if it had that one.
std::optional<c10::IValue> DefaultOf(const c10::Argument& argument, const c10::Type& type) {
  const auto& given = argument.default_value();
  if (!given || !given->isNone()) return given;
  const auto kind = type.kind();
  const bool may_be_none = kind == c10::TypeKind::OptionalType || kind == c10::TypeKind::NoneType;
  return may_be_none ? given : std::nullopt;
}

c10::Argument StaticArgument(const c10::Argument& argument) {
  const c10::TypePtr type = StaticType(argument.type());
  return c10::Argument(argument.name(), type, argument.N(), DefaultOf(argument, *type));
}

std::vector<c10::Argument> StaticArguments(const std::vector<c10::Argument>& arguments) {
  std::vector<c10::Argument> result;
  result.reserve(arguments.size());
  for (const c10::Argument& argument : arguments) result.push_back(StaticArgument(argument));
  return result;
}

/// How many values a function takes from the stack first of all, `self` among them.
std::size_t StoredInputs(const Function& function) {
  const auto& instructions = function.get_code().instructions_;
  if (instructions.empty()) return 1;
  const torch::jit::Instruction& first = instructions.front();
  if (first.op == torch::jit::STOREN) return first.N;
  return 1;
}

}  // namespace

c10::TypePtr StaticType(const c10::TypePtr& type) {
  const auto* dynamic = type->castRaw<c10::DynamicType>();
  if (dynamic == nullptr) return type;
  // A module's or object's class: an opaque handle either way.
  if (dynamic->tag() == c10::DynamicType::Tag::Class) return c10::AnyClassType::get();
  return dynamic->fallback();
}

c10::FunctionSchema SchemaOf(const Function& function) {
  if (function.hasSchema()) {
    const c10::FunctionSchema& schema = function.getSchema();
    return c10::FunctionSchema(function.name(), "", StaticArguments(schema.arguments()),
                               StaticArguments(schema.returns()));
  }
  std::vector<c10::Argument> arguments;
  for (std::size_t i = 0; i < StoredInputs(function); ++i) {
    arguments.emplace_back(i == 0 ? "self" : "argument_" + std::to_string(i), c10::AnyType::get());
  }
  return c10::FunctionSchema(function.name(), "", std::move(arguments),
                             {c10::Argument("", c10::AnyType::get())});
}

}  // namespace libtorch_node::core

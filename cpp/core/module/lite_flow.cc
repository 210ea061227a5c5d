#include "core/module/lite_flow.h"

#include <ATen/core/alias_info.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/runtime/instruction.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace libtorch_node::core {
namespace {

using Held = ContainerSlots::Held;
using Stack = std::vector<Held>;
using torch::jit::Instruction;
using torch::jit::mobile::Code;

/// Thrown where the flow cannot be followed.
struct Lost {};

bool IsPlain(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType:
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::ComplexType:
    case c10::TypeKind::NumberType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::StringType:
    case c10::TypeKind::NoneType:
    case c10::TypeKind::DeviceObjType:
      return true;
    default:
      return false;
  }
}

class Flow {
 public:
  Flow(const Code& code, const ContainerSlots& slots)
      : code_(code),
        slots_(slots),
        states_(code.instructions_.size()),
        registers_(code.register_size_ + 1, Held::kNothing) {}

  /// The interpreter starts with `self` and the arguments, all made for the call.
  bool Changes() {
    Reach(0, Stack(InputsOf(code_), Held::kNothing));
    while (!pending_.empty() && !changes_) {
      const std::size_t at = pending_.back();
      pending_.pop_back();
      Step(at, *states_[at]);
    }
    return changes_;
  }

 private:
  void Reach(std::size_t at, const Stack& stack) {
    std::optional<Stack>& known = states_.at(at);
    if (!known) {
      known = stack;
      pending_.push_back(at);
      return;
    }
    if (known->size() != stack.size()) throw Lost{};
    bool grew = false;
    for (std::size_t i = 0; i < stack.size(); ++i) {
      if (stack[i] <= (*known)[i]) continue;
      (*known)[i] = stack[i];
      grew = true;
    }
    if (grew) pending_.push_back(at);
  }

  static Held Pop(Stack& stack) {
    if (stack.empty()) throw Lost{};
    const Held top = stack.back();
    stack.pop_back();
    return top;
  }

  static Held PopAll(Stack& stack, std::size_t count) {
    Held most = Held::kNothing;
    for (std::size_t i = 0; i < count; ++i) most = std::max(most, Pop(stack));
    return most;
  }

  void Store(std::size_t at, Held held) {
    Held& known = registers_.at(at);
    if (held <= known) return;
    known = held;
    // Whoever reads it has to be looked at again.
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i]) pending_.push_back(i);
    }
  }

  void Step(std::size_t at, Stack stack) {
    const Instruction& instruction = code_.instructions_[at];
    const auto x = static_cast<std::size_t>(instruction.X);
    const std::size_t n = instruction.N;
    const auto jump = static_cast<std::size_t>(static_cast<int64_t>(at) + instruction.X);
    switch (instruction.op) {
      case torch::jit::OP:
        Operate(x, std::nullopt, stack);
        break;
      case torch::jit::OPN:
        Operate(x, n, stack);
        break;
      case torch::jit::LOAD:
      case torch::jit::MOVE:
        stack.push_back(registers_.at(x));
        break;
      case torch::jit::STORE:
        Store(x, Pop(stack));
        break;
      case torch::jit::STOREN:
        for (std::size_t i = n; i-- > 0;) Store(x + i, Pop(stack));
        break;
      case torch::jit::DROP:
        Pop(stack);
        break;
      case torch::jit::LOADC:
      case torch::jit::CREATE_OBJECT:
      case torch::jit::UN_INITIALIZED:
        stack.push_back(Held::kNothing);
        break;
      case torch::jit::GET_ATTR:
        stack.push_back(std::max(slots_.Of(x), Pop(stack)));
        break;
      case torch::jit::JF:
        Pop(stack);
        Reach(jump, stack);
        break;
      case torch::jit::JMP:
        Reach(jump, stack);
        return;
      case torch::jit::LOOP:
        Loop(n, jump, at, stack);
        return;
      case torch::jit::TUPLE_CONSTRUCT:
        Construct(x, stack);
        break;
      case torch::jit::LIST_CONSTRUCT:
      case torch::jit::NAMED_TUPLE_CONSTRUCT:
      case torch::jit::DICT_CONSTRUCT:
        Construct(n, stack);
        break;
      case torch::jit::UNCHECKED_CAST:
      case torch::jit::TUPLE_SLICE:
      case torch::jit::DROPR:
        break;
      case torch::jit::TUPLE_INDEX:
      case torch::jit::DICT_INDEX:
        stack.push_back(PopAll(stack, 2));
        break;
      case torch::jit::ISINSTANCE:
      case torch::jit::DEVICE:
      case torch::jit::DTYPE:
      case torch::jit::DIM:
      case torch::jit::__NOT__:
      case torch::jit::NUM_TO_TENSOR:
      case torch::jit::IS_CUDA:
        Pop(stack);
        stack.push_back(Held::kNothing);
        break;
      case torch::jit::__IS__:
      case torch::jit::__ISNOT__:
        PopAll(stack, 2);
        stack.push_back(Held::kNothing);
        break;
      case torch::jit::WARN:
        PopAll(stack, 2);
        break;
      case torch::jit::LIST_UNPACK: {
        const Held elements = Pop(stack) == Held::kNested ? Held::kNested : Held::kNothing;
        stack.insert(stack.end(), x, elements);
        break;
      }
      case torch::jit::CALL:
        Call(InputsOf(code_.functions_[x]->get_code()), Held::kNothing, stack);
        break;
      case torch::jit::INTERFACE_CALL:
        // May give a container that its object holds.
        Call(n, slots_.Any() ? Held::kNested : Held::kNothing, stack);
        break;
      case torch::jit::RET:
      case torch::jit::RAISE_EXCEPTION:
        return;
      default:
        throw Lost{};
    }
    Reach(at + 1, stack);
  }

  static std::size_t InputsOf(const Code& code) {
    const auto& first = code.instructions_.front();
    return first.op == torch::jit::STOREN ? first.N : 1;
  }

  static void Call(std::size_t inputs, Held output, Stack& stack) {
    if (PopAll(stack, inputs) != Held::kNothing) throw Lost{};
    stack.push_back(output);
  }

  static void Construct(std::size_t count, Stack& stack) {
    const bool holds = PopAll(stack, count) != Held::kNothing;
    stack.push_back(holds ? Held::kNested : Held::kNothing);
  }

  /// On the stack: the count of rounds so far, the most of them, the condition, and n - 2 values
  /// that the loop carries.
  void Loop(std::size_t n, std::size_t jump, std::size_t at, const Stack& stack) {
    if (n < 2 || stack.size() < n + 1) throw Lost{};
    Stack done(stack.begin(), stack.end() - static_cast<std::ptrdiff_t>(n + 1));
    Stack inside = done;
    inside.insert(inside.end(), {Held::kNothing, Held::kNothing, Held::kNothing});
    for (std::size_t i = n - 2; i > 0; --i) {
      const Held value = stack[stack.size() - i];
      done.push_back(value);
      inside.push_back(value);
    }
    Reach(jump, done);
    Reach(at + 1, inside);
  }

  void Operate(std::size_t op, std::optional<std::size_t> given, Stack& stack) {
    const auto found = torch::jit::findOperatorFor(code_.op_names_[op]);
    if (found == nullptr) throw Lost{};
    const c10::FunctionSchema& schema = found->schema();
    const int stated = code_.operator_input_sizes_[op];
    const std::size_t count = given         ? *given
                              : stated >= 0 ? static_cast<std::size_t>(stated)
                                            : schema.arguments().size();
    if (schema.is_varret() || stack.size() < count) throw Lost{};
    const Stack inputs(stack.end() - static_cast<std::ptrdiff_t>(count), stack.end());
    stack.resize(stack.size() - count);
    const Held most =
        inputs.empty() ? Held::kNothing : *std::max_element(inputs.begin(), inputs.end());
    if (most != Held::kNothing) Look(schema, inputs);
    for (const c10::Argument& output : schema.returns()) {
      stack.push_back(most == Held::kNothing ? most : OutputOf(schema, output, inputs, most));
    }
  }

  /// Arguments of an operator, some of which come out of attributes.
  void Look(const c10::FunctionSchema& schema, const Stack& inputs) {
    const auto& arguments = schema.arguments();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      // Left-out defaults stand before `out` arguments: those operators write to tensors alone.
      if (i >= arguments.size()) {
        if (!schema.is_vararg()) throw Lost{};
        continue;
      }
      const c10::AliasInfo* alias = arguments[i].alias_info();
      if (alias == nullptr || !alias->isWrite() || IsPlain(*arguments[i].type())) continue;
      changes_ |= inputs[i] != Held::kNothing;
      // A container of its own gets to hold one of an attribute.
      for (std::size_t j = 0; j < inputs.size(); ++j) {
        const bool plain = j < arguments.size() && IsPlain(*arguments[j].type());
        if (j != i && inputs[j] != Held::kNothing && !plain) throw Lost{};
      }
    }
  }

  static Held OutputOf(const c10::FunctionSchema& schema, const c10::Argument& output,
                       const Stack& inputs, Held most) {
    if (IsPlain(*output.type())) return Held::kNothing;
    const c10::AliasInfo* alias = output.alias_info();
    const auto& arguments = schema.arguments();
    for (std::size_t i = 0; i < arguments.size() && i < inputs.size(); ++i) {
      const c10::AliasInfo* other = arguments[i].alias_info();
      if (alias == nullptr || other == nullptr || alias->isWildcardAfter()) continue;
      if (alias->beforeSets() == other->beforeSets()) return inputs[i];
    }
    // Elements of containers that hold no others, and new containers of them.
    return most == Held::kNested || schema.is_vararg() ? Held::kNested : Held::kNothing;
  }

  const Code& code_;
  const ContainerSlots& slots_;
  std::vector<std::optional<Stack>> states_;
  std::vector<Held> registers_;
  std::vector<std::size_t> pending_;
  bool changes_ = false;
};

}  // namespace

bool MayChangeHeldContainers(const Code& code, const ContainerSlots& slots) {
  try {
    return Flow(code, slots).Changes();
  } catch (const Lost&) {
    return true;
  }
}

}  // namespace libtorch_node::core

#include "core/module/lite_code.h"

#include <ATen/core/alias_info.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/runtime/instruction.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "core/module/lite_flow.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Instruction;
using torch::jit::mobile::Code;
using torch::jit::mobile::CompilationUnit;
using torch::jit::mobile::Function;

constexpr int kDeepest = 100;

struct OperatorEffects {
  bool writes_containers = false;
  bool writes_tensors = false;
  bool may_resize = false;
};

bool MayBeContainer(const c10::Type& type) {
  const auto kind = type.kind();
  return kind != c10::TypeKind::TensorType && kind != c10::TypeKind::OptionalType;
}

bool SoundsLikeResize(const c10::OperatorName& name) {
  return name.name.find("resize") != std::string::npos || name.name == "aten::set_" ||
         !name.name.starts_with("aten::");
}

OperatorEffects EffectsOf(const c10::OperatorName& name) {
  const auto op = torch::jit::findOperatorFor(name);
  // What LibTorch's registry does not know by this name is the mobile runtime's own, and pure.
  if (op == nullptr) return {};
  const c10::FunctionSchema& schema = op->schema();
  OperatorEffects effects;
  for (const c10::Argument& argument : schema.arguments()) {
    const c10::AliasInfo* alias = argument.alias_info();
    if (alias == nullptr || !alias->isWrite()) continue;
    if (MayBeContainer(*argument.type())) {
      effects.writes_containers = true;
    } else {
      effects.writes_tensors = true;
      effects.may_resize |= argument.is_out() || SoundsLikeResize(name) || schema.is_vararg();
    }
  }
  return effects;
}

std::string FullName(const c10::OperatorName& name) {
  return name.overload_name.empty() ? name.name : name.name + "." + name.overload_name;
}

using Held = ContainerSlots::Held;

bool IsPlain(const c10::IValue& value) {
  return value.isTensor() || value.isScalar() || value.isString() || value.isNone() ||
         value.isDevice();
}

Held HeldIn(const c10::IValue& value) {
  bool flat = true;
  if (value.isList()) {
    const auto elements = value.toListRef();
    flat = !elements.empty() && std::all_of(elements.begin(), elements.end(), IsPlain);
  } else if (value.isGenericDict()) {
    const auto dict = value.toGenericDict();
    flat = !dict.empty();
    for (const auto& entry : dict) flat &= IsPlain(entry.value());
  } else if (value.isTuple()) {
    const auto& elements = value.toTupleRef().elements();
    if (std::all_of(elements.begin(), elements.end(), IsPlain)) return Held::kNothing;
    flat = false;
  } else {
    return Held::kNothing;
  }
  return flat ? Held::kFlat : Held::kNested;
}

class Scan {
 public:
  Scan(const CompilationUnit& unit, const ContainerSlots& containers)
      : unit_(unit), containers_(containers) {}

  LiteEffects Of(const Function& function) {
    seen_.clear();
    effects_ = {};
    Visit(function);
    auto& missing = effects_.missing;
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    return effects_;
  }

 private:
  void Visit(const Function& function) {
    if (!seen_.insert(&function).second) return;
    const Code& code = function.get_code();
    for (const Instruction& instruction : code.instructions_) Visit(code, instruction);
    writes_container_ = false;
    for (std::size_t i = 0; i < code.op_names_.size(); ++i) Visit(code, i);
    if (effects_.stateful || !writes_container_ || !containers_.Any()) return;
    effects_.stateful = MayChangeHeldContainers(code, containers_);
  }

  void Visit(const Code& code, const Instruction& instruction) {
    switch (instruction.op) {
      case torch::jit::CALL:
        Visit(*code.functions_[static_cast<std::size_t>(instruction.X)]);
        break;
      case torch::jit::SET_ATTR:
        effects_.stateful = true;
        break;
      case torch::jit::INTERFACE_CALL:
        // Which object's method that is, only the run knows.
        for (const auto& function : unit_.methods()) Visit(*function);
        break;
      default:
        break;
    }
  }

  void Visit(const Code& code, std::size_t op) {
    const c10::OperatorName& name = code.op_names_[op];
    if (op >= code.operators_.size() || !code.operators_[op]) {
      effects_.missing.push_back(FullName(name));
      return;
    }
    auto known = operators_.find(name);
    if (known == operators_.end()) known = operators_.emplace(name, EffectsOf(name)).first;
    writes_container_ |= known->second.writes_containers;
    effects_.writes_tensors |= known->second.writes_tensors;
    effects_.may_resize |= known->second.may_resize;
  }

  const CompilationUnit& unit_;
  const ContainerSlots& containers_;
  std::unordered_map<c10::OperatorName, OperatorEffects> operators_;
  std::unordered_set<const Function*> seen_;
  LiteEffects effects_;
  bool writes_container_ = false;
};

}  // namespace

ContainerSlots::ContainerSlots(const c10::IValue& root) { Visit(root, 0); }

void ContainerSlots::Visit(const c10::IValue& value, int depth) {
  if (!value.isObject() || value.isCustomClass() || depth > kDeepest) return;
  const auto object = value.toObject();
  if (std::find(seen_.begin(), seen_.end(), object.get()) != seen_.end()) return;
  seen_.push_back(object.get());
  const auto& slots = object->slots();
  if (slots_.size() < slots.size()) slots_.resize(slots.size());
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    slots_[slot] = std::max(slots_[slot], HeldIn(slots[slot]));
    Visit(slots[slot], depth + 1);
  }
}

bool ContainerSlots::Any() const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [](Held held) { return held != Held::kNothing; });
}

std::vector<LiteEffects> EffectsOf(const CompilationUnit& unit, const ContainerSlots& containers) {
  Scan scan(unit, containers);
  std::vector<LiteEffects> effects;
  for (const auto& function : unit.methods()) effects.push_back(scan.Of(*function));
  return effects;
}

void PrepareCalls(const Function& function) {
  // Upgraders of old operators belong to the process, not to a module.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const Code& code = function.get_code();
  for (const Instruction& instruction : code.instructions_) {
    if (instruction.op != torch::jit::CALL) continue;
    code.functions_[static_cast<std::size_t>(instruction.X)]->initialize_operators(false);
  }
}

}  // namespace libtorch_node::core

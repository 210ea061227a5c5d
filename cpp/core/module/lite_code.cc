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

bool MayHoldContainer(const c10::IValue& value, int depth = 0) {
  if (value.isList() || value.isGenericDict()) return true;
  if (!value.isTuple()) return false;
  if (depth > kDeepest) return true;
  const auto& elements = value.toTupleRef().elements();
  return std::any_of(elements.begin(), elements.end(), [&](const c10::IValue& element) {
    return MayHoldContainer(element, depth + 1);
  });
}

class Scan {
 public:
  Scan(const CompilationUnit& unit, const ContainerSlots& containers)
      : unit_(unit), containers_(containers) {}

  LiteEffects Of(const Function& function) {
    seen_.clear();
    effects_ = {};
    reads_container_ = writes_container_ = false;
    Visit(function);
    effects_.stateful |= reads_container_ && writes_container_;
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
    for (std::size_t i = 0; i < code.op_names_.size(); ++i) Visit(code, i);
  }

  void Visit(const Code& code, const Instruction& instruction) {
    switch (instruction.op) {
      case torch::jit::CALL:
        Visit(*code.functions_[static_cast<std::size_t>(instruction.X)]);
        break;
      case torch::jit::SET_ATTR:
        effects_.stateful = true;
        break;
      case torch::jit::GET_ATTR:
        reads_container_ |= containers_.Has(static_cast<std::size_t>(instruction.X));
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
  bool reads_container_ = false;
  bool writes_container_ = false;
};

/// How far each instruction may point.
class Bounds {
 public:
  explicit Bounds(const Function& function) : function_(function), code_(function.get_code()) {}

  void Check() const {
    const auto& all = code_.instructions_;
    // The interpreter reads on until it returns.
    if (all.empty() || all.back().op != torch::jit::RET) Fail(all.size());
    for (std::size_t at = 0; at < all.size(); ++at) Check(all[at], at);
  }

 private:
  void Check(const Instruction& instruction, std::size_t at) const {
    const int64_t x = instruction.X;
    const int64_t n = instruction.N;
    const auto within = [](int64_t first, int64_t count, std::size_t size) {
      return first >= 0 && count >= 0 && first + count <= static_cast<int64_t>(size);
    };
    bool good = true;
    switch (instruction.op) {
      case torch::jit::OP:
      case torch::jit::OPN:
        good = within(x, 1, code_.op_names_.size());
        break;
      case torch::jit::LOAD:
      case torch::jit::MOVE:
      case torch::jit::STORE:
      case torch::jit::DROPR:
        good = within(x - 1, 1, code_.register_size_);
        break;
      case torch::jit::STOREN:
        good = within(x - 1, n, code_.register_size_);
        break;
      case torch::jit::LOADC:
        good = within(x, 1, code_.constants_.size());
        break;
      case torch::jit::JF:
      case torch::jit::JMP:
      case torch::jit::LOOP:
        good = within(static_cast<int64_t>(at) + x, 1, code_.instructions_.size());
        break;
      case torch::jit::CALL:
        good = within(x, 1, code_.functions_.size());
        break;
      case torch::jit::INTERFACE_CALL:
        good = n > 0 && within(x, 1, code_.constants_.size()) &&
               code_.constants_[static_cast<std::size_t>(x)].isString();
        break;
      case torch::jit::LIST_CONSTRUCT:
      case torch::jit::DICT_CONSTRUCT:
      case torch::jit::NAMED_TUPLE_CONSTRUCT:
      case torch::jit::CREATE_OBJECT:
        good = within(x, 1, code_.types_.size());
        break;
      case torch::jit::ISINSTANCE:
        good = within(x, n, code_.types_.size());
        break;
      case torch::jit::GET_ATTR:
      case torch::jit::SET_ATTR:
        good = x >= 0;
        break;
      default:
        break;
    }
    if (!good) Fail(at);
  }

  [[noreturn]] void Fail(std::size_t at) const {
    throw Error("ERR_LOAD_FAILED", "the code of its method '" + function_.name() +
                                       "' is damaged at instruction " + std::to_string(at));
  }

  const Function& function_;
  const Code& code_;
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
    if (MayHoldContainer(slots[slot])) slots_[slot] = true;
    Visit(slots[slot], depth + 1);
  }
}

std::vector<LiteEffects> EffectsOf(const CompilationUnit& unit, const ContainerSlots& containers) {
  Scan scan(unit, containers);
  std::vector<LiteEffects> effects;
  for (const auto& function : unit.methods()) effects.push_back(scan.Of(*function));
  return effects;
}

void CheckInstructions(const Function& function) { Bounds(function).Check(); }

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

#include "core/module/lite_slots.h"

#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/mobile/function.h>
#include <torch/csrc/jit/runtime/instruction.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

constexpr std::string_view kFiller = "__filler_";
constexpr std::string_view kCustomClasses = "__torch__.torch.classes.";

/// One more than the largest number that an instruction reads or writes.
std::size_t SlotsNamed(const torch::jit::mobile::CompilationUnit& unit) {
  std::size_t most = 0;
  for (const auto& function : unit.methods()) {
    for (const torch::jit::Instruction& instruction : function->get_code().instructions_) {
      if (instruction.op != torch::jit::GET_ATTR && instruction.op != torch::jit::SET_ATTR)
        continue;
      most = std::max(most, static_cast<std::size_t>(instruction.X) + 1);
    }
  }
  return most;
}

/// Those of objects in attributes, in containers too. What C++ classes hold is behind one capsule.
std::vector<LiteObject> ObjectsOf(const torch::jit::mobile::Module& module) {
  std::vector<LiteObject> objects;
  std::unordered_set<const void*> seen;
  c10::IValue(module._ivalue()).visit([&](const c10::IValue& value) {
    if (!value.isObject()) return false;
    LiteObject object = value.toObject();
    if (value.isCustomClass() || !seen.insert(object.get()).second) return true;
    objects.push_back(std::move(object));
    return false;
  });
  return objects;
}

/// The classes that functions make objects of; those written in C++ belong to the process.
std::vector<c10::ClassTypePtr> ClassesOf(const torch::jit::mobile::CompilationUnit& unit) {
  std::vector<c10::ClassTypePtr> classes;
  for (const auto& function : unit.methods()) {
    for (const c10::TypePtr& type : function->get_code().types_) {
      c10::ClassTypePtr made = type->cast<c10::ClassType>();
      if (made == nullptr || made->name()->qualifiedName().starts_with(kCustomClasses)) continue;
      classes.push_back(std::move(made));
    }
  }
  return classes;
}

void Widen(c10::ClassType& type, std::size_t slots) {
  for (std::size_t slot = type.numAttributes(); slot < slots; ++slot) {
    type.addAttribute(std::string(kFiller) + std::to_string(slot), c10::NoneType::get());
  }
}

}  // namespace

void FillSlots(const torch::jit::mobile::Module& module) {
  const std::size_t named = SlotsNamed(module.compilation_unit());
  const std::vector<LiteObject> objects = ObjectsOf(module);
  std::vector<c10::ClassTypePtr> classes = ClassesOf(module.compilation_unit());
  for (const LiteObject& object : objects) classes.push_back(object->type());
  std::size_t largest = 0;
  for (const c10::ClassTypePtr& type : classes) largest = std::max(largest, type->numAttributes());
  if (named > largest) {
    throw Error("ERR_LOAD_FAILED", "its bytecode is damaged: it names attribute " +
                                       std::to_string(named - 1) + " of objects that have " +
                                       std::to_string(largest) + " at most");
  }
  for (const c10::ClassTypePtr& type : classes) Widen(*type, named);
  for (const LiteObject& object : objects) {
    if (object->slots().size() < named) object->setSlot(named - 1, {});
  }
}

std::size_t SavedSlots(const LiteObject& object) {
  const auto& attributes = object->type()->getAttributes();
  std::size_t count = std::min(object->slots().size(), attributes.size());
  while (count > 0 && attributes[count - 1].getName().starts_with(kFiller)) --count;
  return count;
}

}  // namespace libtorch_node::core

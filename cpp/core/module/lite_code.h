#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/mobile/module.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

/// What running a function of the lite interpreter does beside returning a value, read off its
/// instructions and those of all that it may call. Where they leave a doubt, it is taken to do it.
struct LiteEffects {
  /// Assigns to attributes, or changes lists or dicts that attributes may hold: two runs must not
  /// meet.
  bool stateful = false;
  /// Writes into tensors, which may be held in attributes.
  bool writes_tensors = false;
  /// Contains operators that may resize a tensor's storage.
  bool may_resize = false;
  /// Operators that LibTorch does not have: such a function must not even be tried.
  std::vector<std::string> missing;
};

/// The slots in which the objects under a module hold lists, dicts, or what may hold those.
class ContainerSlots {
 public:
  explicit ContainerSlots(const c10::IValue& root);
  bool Has(std::size_t slot) const { return slot < slots_.size() && slots_[slot]; }

 private:
  void Visit(const c10::IValue& value, int depth);

  std::vector<bool> slots_;
  std::vector<const void*> seen_;
};

/// In the order of the unit's functions.
std::vector<LiteEffects> EffectsOf(const torch::jit::mobile::CompilationUnit& unit,
                                   const ContainerSlots& containers);

/// Throws ERR_LOAD_FAILED for instructions that point outside of their function's tables, which the
/// interpreter follows unchecked.
void CheckInstructions(const torch::jit::mobile::Function& function);

/// Looks up the operators of the functions that one calls, which the interpreter would do at the
/// first call, without a lock. To be done after the check of its instructions.
void PrepareCalls(const torch::jit::mobile::Function& function);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/mobile/module.h>

#include <cstdint>
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
  /// A list or dict that holds no others, or one that may.
  enum class Held : std::uint8_t { kNothing, kFlat, kNested };

  explicit ContainerSlots(const c10::IValue& root);
  /// The most that any object holds there.
  Held Of(std::size_t slot) const { return slot < slots_.size() ? slots_[slot] : Held::kNothing; }
  bool Any() const;

 private:
  void Visit(const c10::IValue& value, int depth);

  std::vector<Held> slots_;
  std::vector<const void*> seen_;
};

/// In the order of the unit's functions.
std::vector<LiteEffects> EffectsOf(const torch::jit::mobile::CompilationUnit& unit,
                                   const ContainerSlots& containers);

/// Looks up the operators of the functions that one calls, which the interpreter would do at the
/// first call, without a lock. To be done after the check of its instructions.
void PrepareCalls(const torch::jit::mobile::Function& function);

}  // namespace libtorch_node::core

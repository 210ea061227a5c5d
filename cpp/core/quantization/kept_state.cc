#include "core/quantization/kept_state.h"

#include <string>

namespace libtorch_node::core {

using torch::jit::Module;

KeptState::KeptState(const Module& observed) { Collect(observed); }

void KeptState::Collect(const Module& module) {
  const auto type = module.type();
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const c10::IValue& value = module._ivalue()->getSlot(slot);
    if (value.isModule()) {
      if (type->getAttributeName(slot).rfind("_observer_", 0) != 0) Collect(value.toModule());
      continue;
    }
    // Freezing left no other attributes than parameters and what forward changes.
    if (type->is_parameter(slot) || value.isCustomClass()) continue;
    entries_.push_back({module._ivalue(), slot, value.deepcopy()});
  }
}

void KeptState::Restore() const {
  for (const Entry& entry : entries_) entry.object->setSlot(entry.slot, entry.value);
}

}  // namespace libtorch_node::core

#include "core/pruning/parameter_place.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "core/error.h"
#include "core/jit/freeze.h"
#include "core/pruning/reparametrize.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;

bool HasSlot(const Module& module, const std::string& name, bool parameter) {
  const auto slot = module.type()->findAttributeSlot(name);
  if (!slot || !module._ivalue()->getSlot(*slot).isTensor()) return false;
  const bool matches =
      parameter ? module.type()->is_parameter(*slot) : module.type()->is_buffer(*slot);
  return matches && module._ivalue()->getSlot(*slot).toTensor().defined();
}

std::optional<Module> FindModule(const Module& root, const std::string& path) {
  Module module = root;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    const auto slot = module.type()->findAttributeSlot(path.substr(at, dot - at));
    if (!slot || !module._ivalue()->getSlot(*slot).isModule()) return std::nullopt;
    module = module._ivalue()->getSlot(*slot).toModule();
    at = dot + 1;
  }
  return module;
}

std::string ParameterNames(const Module& root) {
  constexpr std::size_t kMost = 20;
  std::string names;
  std::size_t count = 0;
  for (const auto& parameter : root.named_parameters()) {
    if (++count > kMost) break;
    names += (names.empty() ? "" : ", ") + parameter.name;
  }
  if (count > kMost) names += ", …";
  return names.empty() ? "none" : names;
}

}  // namespace

bool ParameterPlace::pruned() const {
  return HasSlot(owner, OriginalName(name), true) && HasSlot(owner, MaskName(name), false);
}

at::Tensor ParameterPlace::mask() const { return owner.attr(MaskName(name)).toTensor(); }

at::Tensor ParameterPlace::original() const {
  return owner.attr(pruned() ? OriginalName(name) : name).toTensor();
}

at::Tensor ParameterPlace::weight() const {
  return pruned() ? mask().to(original().scalar_type()).mul(original()) : original();
}

ParameterPlace FindParameter(const Module& root, const std::string& qualified_name,
                             const char* callee) {
  const auto dot = qualified_name.rfind('.');
  const bool nested = dot != std::string::npos;
  const auto owner = FindModule(root, nested ? qualified_name.substr(0, dot) : "");
  if (owner) {
    ParameterPlace place{*owner, nested ? qualified_name.substr(dot + 1) : qualified_name};
    if (place.pruned() || HasSlot(*owner, place.name, true)) return place;
  }
  if (IsFrozen(root)) {
    throw Error("ERR_FROZEN", std::string(callee) +
                                  ": the module is frozen: its weights are constants of its "
                                  "graphs. Prune it before freezing");
  }
  throw Error("ERR_NO_ATTRIBUTE", std::string(callee) + ": the module has no parameter '" +
                                      qualified_name + "'; it has: " + ParameterNames(root));
}

}  // namespace libtorch_node::core

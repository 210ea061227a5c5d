#include "core/quantization/tied_weights.h"

#include <ATen/ops/equal.h>

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace libtorch_node::core {
namespace {

using torch::jit::Module;

struct Place {
  torch::jit::ObjectPtr owner;
  std::size_t slot;

  const c10::IValue& value() const { return owner->getSlot(slot); }
};

std::optional<Place> Find(const Module& module, const std::string& path) {
  torch::jit::ObjectPtr owner = module._ivalue();
  std::size_t start = 0;
  for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
    const auto slot = owner->type()->findAttributeSlot(path.substr(start, dot - start));
    if (!slot || !owner->getSlot(*slot).isObject()) return std::nullopt;
    owner = owner->getSlot(*slot).toObject();
    start = dot + 1;
  }
  const auto slot = owner->type()->findAttributeSlot(path.substr(start));
  if (!slot || !owner->getSlot(*slot).isTensor()) return std::nullopt;
  return Place{std::move(owner), *slot};
}

}  // namespace

TiedWeights FindTiedWeights(const Module& module) {
  std::map<const void*, std::vector<std::string>> names;
  for (const auto& parameter : module.named_parameters()) {
    names[parameter.value.unsafeGetTensorImpl()].push_back(parameter.name);
  }
  TiedWeights tied;
  for (auto& [tensor, paths] : names) {
    if (paths.size() > 1) tied.push_back(std::move(paths));
  }
  return tied;
}

void TieWeights(const Module& module, const TiedWeights& tied) {
  for (const auto& paths : tied) {
    std::optional<Place> first;
    for (const std::string& path : paths) {
      const auto place = Find(module, path);
      if (!place) continue;
      if (!first) {
        first = place;
      } else if (at::equal(first->value().toTensor(), place->value().toTensor())) {
        place->owner->setSlot(place->slot, first->value());
      }
    }
  }
}

}  // namespace libtorch_node::core

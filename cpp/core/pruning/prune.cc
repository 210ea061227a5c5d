#include "core/pruning/prune.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/count_nonzero.h>
#include <ATen/ops/ones_like.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <set>
#include <sstream>
#include <utility>

#include "core/error.h"
#include "core/pruning/parameter_place.h"
#include "core/pruning/private_types.h"
#include "core/pruning/reparametrize.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Graph;
using torch::jit::Module;

std::string ShapeText(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return std::move(text).str();
}

std::vector<ParameterPlace> FindAll(const Module& root, const std::vector<std::string>& names) {
  std::vector<ParameterPlace> places;
  std::set<std::pair<const Object*, std::string>> seen;
  for (const std::string& name : names) {
    places.push_back(FindParameter(root, name, "prune"));
    if (seen.emplace(places.back().owner._ivalue().get(), places.back().name).second) continue;
    throw Error("ERR_VALUE", "prune: '" + name + "' is named twice", ErrorKind::kRange);
  }
  return places;
}

at::Tensor ScoresOf(const PruningRequest& request, std::size_t index, const ParameterPlace& place) {
  if (request.scores.empty() || !request.scores[index].defined()) return place.weight();
  const at::Tensor& scores = request.scores[index];
  if (scores.sizes() == place.original().sizes()) return scores;
  throw Error("ERR_SHAPE_MISMATCH",
              "importanceScores: expected the shape of '" + request.names[index] + "', " +
                  ShapeText(place.original()) + ", got " + ShapeText(scores),
              ErrorKind::kRange);
}

at::Tensor MaskFor(const PruningMethod& method, const at::Tensor& scores,
                   const ParameterPlace& place) {
  return place.pruned() ? NextMask(method, scores, place.mask())
                        : FirstMask(method, scores, place.original());
}

/// Ranks all together, then gives each its part, as global_unstructured does.
std::vector<at::Tensor> GlobalMasks(const PruningRequest& request,
                                    const std::vector<ParameterPlace>& places) {
  std::vector<at::Tensor> scores;
  std::vector<at::Tensor> before;
  for (std::size_t i = 0; i < places.size(); ++i) {
    scores.push_back(ScoresOf(request, i, places[i]).reshape(-1));
    const at::Tensor& original = places[i].original();
    before.push_back((places[i].pruned() ? places[i].mask() : at::ones_like(original)).reshape(-1));
  }
  const at::Tensor all = NextMask(request.method, at::cat(scores), at::cat(before));
  std::vector<at::Tensor> masks;
  int64_t start = 0;
  for (const ParameterPlace& place : places) {
    PruningMethod part;
    part.kind = PruningMethod::Kind::kMask;
    const int64_t count = place.original().numel();
    part.mask = all.narrow(0, start, count).view(place.original().sizes());
    masks.push_back(MaskFor(part, place.weight(), place));
    start += count;
  }
  return masks;
}

std::vector<at::Tensor> MasksFor(const PruningRequest& request,
                                 const std::vector<ParameterPlace>& places) {
  if (places.size() > 1) return GlobalMasks(request, places);
  std::vector<at::Tensor> masks;
  for (std::size_t i = 0; i < places.size(); ++i) {
    masks.push_back(MaskFor(request.method, ScoresOf(request, i, places[i]), places[i]));
  }
  return masks;
}

std::vector<ParameterOf::InList> ListsWith(const ParameterPlace& place) {
  const at::Tensor parameter = place.original();
  const auto type = place.owner.type();
  std::vector<ParameterOf::InList> lists;
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const c10::IValue& value = place.owner._ivalue()->getSlot(slot);
    if (!value.isTensorList()) continue;
    const auto items = value.toTensorVector();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!items[i].defined() || !items[i].has_storage() || !parameter.has_storage()) continue;
      if (!items[i].is_alias_of(parameter) || items[i].sizes() != parameter.sizes() ||
          items[i].storage_offset() != parameter.storage_offset()) {
        continue;
      }
      lists.push_back({type->getAttributeName(slot), static_cast<int64_t>(i),
                       static_cast<int64_t>(items.size())});
    }
  }
  return lists;
}

void SetMask(Module owner, const std::string& name, const at::Tensor& mask) {
  owner.setattr(MaskName(name), mask);
}

Module AddMasks(const Module& root, const std::vector<ParameterPlace>& places,
                const std::vector<at::Tensor>& masks) {
  ObjectEdits edits;
  std::vector<ParameterOf> parameters;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const ParameterPlace& place = places[i];
    if (place.pruned()) continue;
    const Object* owner = place.owner._ivalue().get();
    for (const std::string& taken : {OriginalName(place.name), MaskName(place.name)}) {
      if (!place.owner.hasattr(taken)) continue;
      throw Error("ERR_NOT_PRUNABLE", "prune: the module has another attribute '" + taken + "'");
    }
    parameters.push_back({owner, place.name, ListsWith(place)});
    ObjectEdit& edit = edits[owner];
    edit.removed.push_back(place.name);
    edit.added.push_back({OriginalName(place.name), place.original(), true});
    edit.added.push_back({MaskName(place.name), masks[i], false});
  }
  if (edits.empty()) return root;
  return WithPrivateTypes(root, edits, [&](Graph& graph, const EditedTypes& edited) {
    MaskReads(graph, edited, parameters);
  });
}

}  // namespace

Module Prune(const Module& root, const PruningRequest& request) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  const std::vector<ParameterPlace> places = FindAll(root, request.names);
  const std::vector<at::Tensor> masks = MasksFor(request, places);
  std::vector<bool> pruned;
  for (const ParameterPlace& place : places) pruned.push_back(place.pruned());
  Module made = AddMasks(root, places, masks);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!pruned[i]) continue;
    const ParameterPlace now = FindParameter(made, request.names[i], "prune");
    SetMask(now.owner, now.name, masks[i]);
  }
  return made;
}

Module RemovePruning(const Module& root, const std::vector<std::string>& names) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  ObjectEdits edits;
  std::vector<ParameterOf> parameters;
  std::vector<std::pair<at::Tensor, at::Tensor>> values;
  for (const std::string& name : names) {
    const ParameterPlace place = FindParameter(root, name, "prune.remove");
    if (!place.pruned()) {
      throw Error("ERR_NOT_PRUNED",
                  "parameter '" + name + "' has to be pruned before pruning can be removed");
    }
    const Object* owner = place.owner._ivalue().get();
    // An attribute of the name itself makes way.
    for (const std::string& old : {OriginalName(place.name), MaskName(place.name), place.name}) {
      edits[owner].removed.push_back(old);
    }
    edits[owner].added.push_back({place.name, place.original(), true});
    parameters.push_back({owner, place.name, {}});
    values.emplace_back(AsNormalTensor(place.original()), place.weight());
  }
  if (names.empty()) return root;
  Module made = WithPrivateTypes(root, edits, [&](Graph& graph, const EditedTypes& edited) {
    UnmaskReads(graph, edited, parameters);
  });
  for (const auto& [original, weight] : values) original.copy_(weight);
  return made;
}

std::vector<std::string> PrunedNames(const Module& root) {
  std::vector<std::string> names;
  const std::string suffix = OriginalName("");
  for (const auto& parameter : root.named_parameters()) {
    if (!parameter.name.ends_with(suffix)) continue;
    const std::string name = parameter.name.substr(0, parameter.name.size() - suffix.size());
    if (FindParameter(root, parameter.name, "prune")
            .owner.hasattr(MaskName(name.substr(name.rfind('.') + 1)))) {
      names.push_back(name);
    }
  }
  return names;
}

std::vector<ParameterSparsity> SparsityOf(const Module& root) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  const std::vector<std::string> pruned = PrunedNames(root);
  const std::set<std::string> masked(pruned.begin(), pruned.end());
  std::set<const void*> seen;
  std::vector<ParameterSparsity> result;
  const std::string suffix = OriginalName("");
  for (const auto& parameter : root.named_parameters()) {
    if (!parameter.value.defined() || !seen.insert(parameter.value.unsafeGetTensorImpl()).second) {
      continue;
    }
    std::string name = parameter.name;
    if (name.ends_with(suffix)) {
      const std::string base = name.substr(0, name.size() - suffix.size());
      if (masked.count(base) > 0) name = base;
    }
    const bool is_pruned = name != parameter.name;
    const at::Tensor weight =
        is_pruned ? FindParameter(root, name, "sparsity").weight() : parameter.value;
    const int64_t total = weight.numel();
    result.push_back({name, is_pruned, total - at::count_nonzero(weight).item<int64_t>(), total});
  }
  return result;
}

}  // namespace libtorch_node::core

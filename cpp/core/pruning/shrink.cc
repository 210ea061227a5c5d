#include "core/pruning/shrink.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <utility>

#include "core/error.h"
#include "core/jit/own_unit.h"
#include "core/pruning/channel_flow.h"
#include "core/pruning/prune.h"
#include "core/pruning/shrinkable.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;

/// Weights as [out, channels, inputs of each].
at::Tensor ByChannel(const ChannelFlow& flow, const ChannelUse& use, int64_t channels) {
  const at::Tensor weight = flow.places[use.weight].tensor.detach();
  return weight.reshape({weight.size(0), channels, -1});
}

/// Which channels the layer makes nothing of.
at::Tensor Ignored(const ChannelFlow& flow, const ChannelGroup& group, const ChannelUse& use) {
  return ByChannel(flow, use, group.channels).ne(0).any(2).any(0).logical_not();
}

/// Which channels the layer can do without.
at::Tensor Dispensable(const ChannelFlow& flow, const ChannelGroup& group, const ChannelUse& use) {
  const bool absorbs = use.shift.has_value() && !use.padded;
  const at::Tensor gone = absorbs ? use.constants.isfinite() : use.constants.eq(0);
  return Ignored(flow, group, use).logical_or(gone);
}

at::Tensor Removable(const ChannelFlow& flow, const ChannelGroup& group) {
  at::Tensor removable = at::zeros_like(group.empty);
  if (!group.blocked.empty() || group.uses.empty()) return removable;
  removable.fill_(true);
  for (const ChannelUse& use : group.uses) {
    removable = removable.logical_and(Dispensable(flow, group, use));
  }
  // A layer without channels is none.
  if (removable.all().item<bool>()) removable[0].fill_(false);
  return removable;
}

class Cut {
 public:
  explicit Cut(ChannelFlow flow) : flow_(std::move(flow)) {}

  const ChannelFlow& flow() const { return flow_; }

  void Remove(const ChannelGroup& group, const at::Tensor& removable) {
    const at::Tensor kept = removable.logical_not().nonzero().view(-1);
    for (const std::size_t place : group.places) keeps_.emplace_back(place, 0, kept);
    for (const ChannelUse& use : group.uses) {
      Absorb(group, use, removable);
      const at::Tensor inputs =
          kept.unsqueeze(1).mul(use.block).add(at::arange(use.block, kept.options())).view(-1);
      keeps_.emplace_back(use.weight, 1, inputs);
    }
  }

  void Apply() {
    for (const auto& [place, shift] : shifts_) {
      Put(place, flow_.places[place].tensor.detach().add(shift));
    }
    for (const auto& [place, dim, kept] : keeps_) {
      Put(place, flow_.places[place].tensor.index_select(dim, kept));
    }
    for (const std::size_t index : changed_) {
      TensorPlace& place = flow_.places[index];
      place.owner.setattr(place.name, place.tensor);
    }
  }

 private:
  struct Keep {
    Keep(std::size_t at, int64_t along, at::Tensor of) : place(at), dim(along), kept(of) {}
    std::size_t place;
    int64_t dim;
    at::Tensor kept;
  };

  /// What constant channels add to each output goes into the bias.
  void Absorb(const ChannelGroup& group, const ChannelUse& use, const at::Tensor& removable) {
    if (!use.shift || use.padded) return;
    const at::Tensor held = use.constants.isfinite().logical_and(removable).logical_not();
    const at::Tensor constants = use.constants.masked_fill(held, 0.0);
    at::Tensor added =
        ByChannel(flow_, use, group.channels).to(at::kDouble).sum(2).matmul(constants);
    if (use.subtract) added = added.neg();
    const at::Tensor shift = added.to(flow_.places[*use.shift].tensor.scalar_type());
    const auto [known, is_new] = shifts_.emplace(*use.shift, shift);
    if (!is_new) known->second = known->second.add(shift);
  }

  void Put(std::size_t index, const at::Tensor& tensor) {
    TensorPlace& place = flow_.places[index];
    const bool learns = place.tensor.requires_grad();
    place.tensor = tensor.detach().contiguous().set_requires_grad(learns);
    changed_.push_back(index);
  }

  ChannelFlow flow_;
  std::map<std::size_t, at::Tensor> shifts_;
  std::vector<Keep> keeps_;
  std::vector<std::size_t> changed_;
};

std::string Quote(const std::string& name) { return "'" + name + "'"; }

std::string ReasonOf(const ChannelFlow& flow, const ChannelGroup& group, const at::Tensor& stays) {
  if (!group.blocked.empty()) return group.blocked;
  const int64_t channel = stays.nonzero().view(-1)[0].item<int64_t>();
  for (const ChannelUse& use : group.uses) {
    if (Dispensable(flow, group, use)[channel].item<bool>()) continue;
    const double constant = use.constants[channel].item<double>();
    std::ostringstream text;
    if (std::isnan(constant)) {
      text << "an operator before " << Quote(use.layer) << " lets them differ at the borders";
    } else if (use.padded) {
      text << "channel " << channel << " is " << constant << " where it reaches "
           << Quote(use.layer)
           << ", whose zero padding cuts that off: prune the bias, or the batch norm's weight and "
              "bias, too";
    } else {
      text << "channel " << channel << " is " << constant << " where it reaches "
           << Quote(use.layer) << ", which has no bias to take it over";
    }
    return std::move(text).str();
  }
  return group.uses.empty() ? "nothing in forward takes them in" : "a layer needs one channel";
}

void Note(std::vector<ShrunkLayer>& shrunk, const ChannelGroup& group, int64_t removed) {
  for (ShrunkLayer& layer : shrunk) {
    if (layer.name != group.layer) continue;
    layer.after -= removed;
    return;
  }
  shrunk.push_back({group.layer, group.channels, group.channels - removed});
}

/// A layer that is called twice has two groups.
void Note(std::vector<KeptChannels>& kept, KeptChannels channels) {
  const bool known = std::any_of(kept.begin(), kept.end(), [&](const KeptChannels& entry) {
    return entry.name == channels.name && entry.reason == channels.reason;
  });
  if (!known) kept.push_back(std::move(channels));
}

/// One round; cutting may empty others.
bool Round(const Module& module, std::vector<ShrunkLayer>& shrunk,
           std::vector<KeptChannels>& kept) {
  Cut cut(FollowChannels(module));
  bool any = false;
  kept.clear();
  for (const ChannelGroup& group : cut.flow().groups) {
    const at::Tensor removable = Removable(cut.flow(), group);
    const int64_t removed = removable.sum().item<int64_t>();
    if (removed > 0) {
      cut.Remove(group, removable);
      Note(shrunk, group, removed);
      any = true;
    }
    const at::Tensor stays = group.empty.logical_and(removable.logical_not());
    const int64_t count = stays.sum().item<int64_t>();
    if (count > 0) Note(kept, {group.layer, count, ReasonOf(cut.flow(), group, stays)});
  }
  cut.Apply();
  return any;
}

[[noreturn]] void RefuseAll(const std::vector<KeptChannels>& kept) {
  std::string reasons;
  for (const KeptChannels& entry : kept) {
    reasons += (reasons.empty() ? "" : "; ") + Quote(entry.name) + ": " + entry.reason;
  }
  if (reasons.empty()) reasons = "no channel of it is empty";
  throw Error("ERR_NOT_SHRINKABLE", "prune.shrink: nothing can be cut out: " + reasons);
}

/// With the masks applied, learning as the source does.
Module WorkingCopy(const Module& module) {
  OwnUnit own(module);
  Module copy = CopyInto(own.unit(), module);
  std::vector<at::Tensor> copies;
  for (const at::Tensor& parameter : copy.parameters()) copies.push_back(parameter);
  std::size_t index = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    const at::Tensor& made = copies.at(index++);
    if (made.defined()) made.set_requires_grad(parameter.requires_grad());
  }
  own.ForgetOrigin(copy);
  return RemovePruning(copy, PrunedNames(copy));
}

}  // namespace

std::vector<LayerChannels> ChannelsOf(const Module& module) {
  RequireUnfrozen(module);
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  Module copy = WorkingCopy(module);
  copy.eval();
  const ChannelFlow flow = FollowChannels(copy);
  std::vector<LayerChannels> all;
  for (const ChannelGroup& group : flow.groups) {
    LayerChannels entry{group.layer, group.channels, {}, {}, group.blocked};
    for (const std::size_t index : group.places) {
      const TensorPlace& place = flow.places[index];
      const auto slot = place.owner.type()->getAttributeSlot(place.name);
      if (!place.owner.type()->is_parameter(slot)) continue;
      if (entry.weight.empty()) {
        entry.weight = place.qualified_name;
      } else {
        entry.others.push_back(place.qualified_name);
      }
    }
    all.push_back(std::move(entry));
  }
  return all;
}

ShrinkResult Shrink(const Module& module) {
  RequireShrinkable(module);
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  ShrinkResult result{WorkingCopy(module), {}, {}};
  while (Round(result.module, result.shrunk, result.kept)) continue;
  if (result.shrunk.empty()) RefuseAll(result.kept);
  return result;
}

}  // namespace libtorch_node::core

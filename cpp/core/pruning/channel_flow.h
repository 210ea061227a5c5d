#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// A tensor that an attribute of a module holds.
struct TensorPlace {
  torch::jit::Module owner;
  std::string name;
  /// With the owner's path.
  std::string qualified_name;
  at::Tensor tensor;
  int64_t uses = 0;
};

/// Where the channels of a layer go in.
struct ChannelUse {
  std::string layer;
  std::size_t weight;  // a place; channels lie in dimension 1
  /// What takes over what constant channels add: a bias, or, subtracted, the mean of a batch norm.
  std::optional<std::size_t> shift;
  bool subtract = false;
  /// How many inputs each channel has, side by side.
  int64_t block = 1;
  /// Zeros around what comes in: a constant channel is none at the borders.
  bool padded = false;
  /// What each channel is, everywhere and for every input; NaN where that differs. float64.
  at::Tensor constants;
};

/// The channels that a convolution or linear layer gives, and whatever has to do with them.
struct ChannelGroup {
  std::string layer;
  int64_t channels = 0;
  int64_t spatial = 0;  // dimensions behind the channels
  /// Whose weights are all zero.
  at::Tensor empty;
  /// Places whose dimension 0 they are.
  std::vector<std::size_t> places;
  std::vector<ChannelUse> uses;
  /// Why none can be cut out; empty when they can.
  std::string blocked;
};

struct ChannelFlow {
  std::vector<TensorPlace> places;
  std::vector<ChannelGroup> groups;
};

/// Follows channels through `forward` of a module in evaluation mode, which is left alone.
ChannelFlow FollowChannels(const torch::jit::Module& module);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <vector>

namespace libtorch_node::core {

struct ShrunkLayer {
  std::string name;
  int64_t before;
  int64_t after;
};

/// Channels that are empty, or that nobody reads, and that stay.
struct KeptChannels {
  std::string name;
  int64_t channels;
  std::string reason;
};

struct ShrinkResult {
  torch::jit::Module module;
  std::vector<ShrunkLayer> shrunk;
  std::vector<KeptChannels> kept;
};

/// The channels that a layer gives, and the parameters that have to be pruned for them to be empty.
struct LayerChannels {
  std::string name;
  int64_t channels;
  /// Of the layer itself.
  std::string weight;
  /// Biases and batch norms; with the weight at 0, they are what the channel still gives.
  std::vector<std::string> others;
  /// Why channels cannot be cut out; empty when they can.
  std::string blocked;
};

/// Of every convolution and linear layer, in the order they run; also of a module that trains.
std::vector<LayerChannels> ChannelsOf(const torch::jit::Module& module);

/// A copy without the channels that are empty, or that nobody reads: with smaller parameters under
/// the same names, masks made permanent. Throws ERR_NOT_SHRINKABLE where nothing can be cut out,
/// saying why, ERR_TRAINING and ERR_FROZEN.
ShrinkResult Shrink(const torch::jit::Module& module);

}  // namespace libtorch_node::core

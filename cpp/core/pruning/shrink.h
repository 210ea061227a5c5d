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

/// A copy without the channels that are empty, or that nobody reads: with smaller parameters under
/// the same names, masks made permanent. Throws ERR_NOT_SHRINKABLE where nothing can be cut out,
/// saying why, ERR_TRAINING and ERR_FROZEN.
ShrinkResult Shrink(const torch::jit::Module& module);

}  // namespace libtorch_node::core

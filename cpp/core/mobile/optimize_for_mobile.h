#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

struct MobileOptions {
  /// Methods and attributes that stay beside `forward` and those of bundled inputs.
  std::vector<std::string> preserved;
  bool fold_batch_norms = true;
  bool prepack = true;
  bool remove_dropout = true;
  bool fuse_add_relu = true;
  bool conv1d_to_2d = true;
};

/// A frozen copy as torch.utils.mobile_optimizer makes it: batch norms folded into convolutions,
/// dropout removed, additions and ReLU fused, weights prepacked for XNNPACK. Throws ERR_TRAINING,
/// ERR_NO_METHOD, ERR_NO_ATTRIBUTE.
torch::jit::Module OptimizeForMobile(const torch::jit::Module& module,
                                     const MobileOptions& options);

}  // namespace libtorch_node::core

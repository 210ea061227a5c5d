#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

/// A frozen copy: attributes become constants of the graphs, batch norms are folded into
/// convolutions. `preserved` are methods and attributes that stay beside `forward`. The copy has
/// memory of its own. Throws ERR_TRAINING for a module in training mode, ERR_NO_METHOD or
/// ERR_NO_ATTRIBUTE for what is not there.
torch::jit::Module Freeze(const torch::jit::Module& module,
                          const std::vector<std::string>& preserved, bool optimize_numerics);

/// The same without folding anything. A module that is frozen already is copied as it is. `callee`
/// is for messages.
torch::jit::Module FrozenCopy(const torch::jit::Module& module,
                              const std::vector<std::string>& preserved, const char* callee);

/// A copy that is frozen, unless it is already, and rewritten for speed: fused, with prepared
/// weights. `methods` stay beside `forward` and are rewritten too.
torch::jit::Module OptimizeForInference(const torch::jit::Module& module,
                                        const std::vector<std::string>& methods);

/// Whether the weights are constants of the graphs: then there is nothing to move, load or train.
bool IsFrozen(const torch::jit::Module& module);

}  // namespace libtorch_node::core

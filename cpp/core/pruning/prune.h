#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/pruning/masks.h"

namespace libtorch_node::core {

struct PruningRequest {
  /// Qualified: 'fc.weight'.
  std::vector<std::string> names;
  PruningMethod method;
  /// By what to rank, where not by the weights themselves: as many as names, or none.
  std::vector<at::Tensor> scores;
};

/// The module with these parameters as `<name>_orig` beside a buffer `<name>_mask`, and their
/// product wherever they were read; several names are ranked together. The root and what lies on
/// the way to the parameters are new objects over the same tensors; parameters that have a mask
/// already get their next one in place. Throws ERR_NO_ATTRIBUTE, ERR_FROZEN, ERR_NOT_PRUNABLE.
torch::jit::Module Prune(const torch::jit::Module& root, const PruningRequest& request);

/// The module with the parameters as they were read, for good. Throws ERR_NOT_PRUNED.
torch::jit::Module RemovePruning(const torch::jit::Module& root,
                                 const std::vector<std::string>& names);

/// Qualified names of the parameters that have a mask.
std::vector<std::string> PrunedNames(const torch::jit::Module& root);

struct ParameterSparsity {
  /// Qualified, as if it had no mask.
  std::string name;
  bool pruned;
  int64_t zeros;
  int64_t total;
};

/// Of every parameter, masked, each tensor once.
std::vector<ParameterSparsity> SparsityOf(const torch::jit::Module& root);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/pruning/private_types.h"

namespace libtorch_node::core {

/// A parameter of a module object: 'weight'.
struct ParameterOf {
  /// A list attribute that holds the parameter too, as an LSTM's `_flat_weights`.
  struct InList {
    std::string name;
    int64_t index;
    int64_t size;
  };

  const Object* owner;
  std::string name;
  std::vector<InList> lists;
};

/// Reads of the parameter become weight_orig * weight_mask.
void MaskReads(torch::jit::Graph& graph, const EditedTypes& edited,
               const std::vector<ParameterOf>& parameters);

/// The way back: that product becomes a read of the parameter, whoever wrote it: this package, or a
/// trace of a module pruned in Python. Throws ERR_NOT_PRUNABLE where the mask is used otherwise.
void UnmaskReads(torch::jit::Graph& graph, const EditedTypes& edited,
                 const std::vector<ParameterOf>& parameters);

std::string OriginalName(const std::string& parameter);
std::string MaskName(const std::string& parameter);

}  // namespace libtorch_node::core

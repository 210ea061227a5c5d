#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace libtorch_node::core {

/// Where a parameter stands: the module that holds it, and its own name there.
struct ParameterPlace {
  torch::jit::Module owner;
  std::string name;

  bool pruned() const;
  at::Tensor mask() const;
  /// The parameter, which is called otherwise where it has a mask.
  at::Tensor original() const;
  /// As forward reads it.
  at::Tensor weight() const;
};

/// Throws ERR_NO_ATTRIBUTE with the names there are, ERR_FROZEN where there can be none.
ParameterPlace FindParameter(const torch::jit::Module& root, const std::string& qualified_name,
                             const char* callee);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <variant>

namespace libtorch_node::core {

/// Where the tail begins: at the call of the child of that number, in the order in which `forward`
/// calls them, or of that qualified name.
using SplitPoint = std::variant<int64_t, std::string>;

struct SplitParts {
  torch::jit::Module head;
  torch::jit::Module tail;
};

/// Two modules over the same weights with tail(head(x)) = module(x). What the tail needs of what
/// the head computes crosses as the head's output: as a tuple, where it is more than one value.
/// Throws ERR_NOT_SPLITTABLE, which says why, and ERR_OUT_OF_RANGE.
SplitParts Split(const torch::jit::Module& module, const SplitPoint& point);

}  // namespace libtorch_node::core

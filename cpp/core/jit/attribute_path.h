#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// The names by which attributes are read one from the other, from `self` to the value; empty for
/// `self`, nullopt for a value that is no attribute.
std::optional<std::vector<std::string>> AttributePath(const torch::jit::Value* value,
                                                      const torch::jit::Value* self);

/// The path with dots, as state dicts write it.
std::string QualifiedName(const std::vector<std::string>& path);

}  // namespace libtorch_node::core

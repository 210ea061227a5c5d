#pragma once

#include <torch/csrc/jit/frontend/sugared_value.h>

#include <memory>
#include <string>

namespace libtorch_node::core {

/// Python's exception class of a name, as `raise ValueError("...")` needs it; null for others.
std::shared_ptr<torch::jit::SugaredValue> FindException(const std::string& name);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace bench {

/// A module in evaluation mode.
inline torch::jit::Module Load(const std::string& path) {
  torch::jit::Module module = torch::jit::load(path);
  module.eval();
  return module;
}

/// Ones of a shape such as "1x16".
inline at::Tensor Ones(const std::string& shape) {
  std::vector<std::int64_t> sizes;
  std::istringstream text(shape);
  for (std::string size; std::getline(text, size, 'x');) sizes.push_back(std::stoll(size));
  return at::ones(sizes);
}

}  // namespace bench

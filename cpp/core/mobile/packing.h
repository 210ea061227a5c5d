#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// A prepacked operator: its name without the ending, and what its context is made of, but for the
/// bounds.
struct Packing {
  std::string name;
  std::vector<c10::IValue> arguments;
};

/// How XNNPACK would run that linear layer, 2D convolution or transposed convolution; nothing for
/// other nodes, for weights that are no float32 constants on the CPU, and for what it cannot run.
/// 1D convolutions are ones of images that are one pixel high, where that is wanted.
std::optional<Packing> ReadPacking(torch::jit::Node* node, bool conv1d_to_2d);

}  // namespace libtorch_node::core

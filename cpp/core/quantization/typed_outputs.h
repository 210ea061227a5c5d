#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace libtorch_node::core {

/// Gives operators that dequantize a tuple as a whole one for each of its members instead: of a
/// tuple, LibTorch forgets the type, and then cannot load what it has saved.
void DequantizeMembers(torch::jit::Graph& graph);

/// Of a graph that quantizes and dequantizes values: throws ERR_NOT_QUANTIZABLE where an operator
/// writes into what was dequantized for it alone, while others read what it was dequantized from.
void RefuseLostWrites(const torch::jit::Graph& graph);

}  // namespace libtorch_node::core

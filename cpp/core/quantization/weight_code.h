#pragma once

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

#include "core/quantization/weight_formats.h"

namespace libtorch_node::core {

/// Puts operators that work on stored weights in the place of linear layers and embeddings. All are
/// plain ATen ones, and the weights become floats from what an input says, or in place: passes that
/// compute constants beforehand touch neither.
class WeightCode {
 public:
  WeightCode();

  /// Why the layer's operator cannot be replaced, or nothing.
  static std::string Refusal(const torch::jit::Node* node);

  /// `stored` are the values of the weight's tensors, in their order; `weight` is the float one.
  void Replace(torch::jit::Node* node, WeightFormat format, const at::Tensor& weight,
               const std::vector<torch::jit::Value*>& stored);

 private:
  torch::jit::Value* Insert(torch::jit::Graph& graph, const std::string& function,
                            std::vector<torch::jit::Value*> inputs);
  torch::jit::Value* Linear(torch::jit::Node* node, WeightFormat format, const at::Tensor& weight,
                            std::vector<torch::jit::Value*> stored);
  torch::jit::Value* Rows(torch::jit::Graph& graph, torch::jit::Value* indices, WeightFormat format,
                          std::vector<torch::jit::Value*> stored);
  torch::jit::Value* Bag(torch::jit::Node* node, torch::jit::Value* rows);

  torch::jit::CompilationUnit unit_;
};

}  // namespace libtorch_node::core

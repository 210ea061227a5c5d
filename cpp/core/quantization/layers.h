#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// What quantization may change: a weight and the operators that use it.
struct QuantizableLayer {
  /// The path of the submodule that holds the weight; 'linear_0' and so on for constants.
  std::string name;
  /// 'linear', 'conv2d', 'lstm', 'gru', 'embedding' and the like.
  std::string kind;
};

struct QuantizedLayer {
  std::string name;
  std::string kind;
  /// Of the weights: 'qint8', 'float16', 'int8', 'int4', 'uint8'.
  std::string dtype;
};

struct SkippedLayer {
  std::string name;
  std::string kind;
  std::string reason;
};

/// A module that was quantized, and what became of the layers it was asked for.
struct QuantizationResult {
  torch::jit::Module module;
  std::vector<QuantizedLayer> quantized;
  std::vector<SkippedLayer> skipped;
};

/// A layer with its operators, in the order they run; all use the same weights.
struct LayerUse {
  QuantizableLayer layer;
  std::vector<torch::jit::Node*> nodes;
};

/// The layers of a prepared module's forward, in the order of their first use, also inside of
/// branches and loops. Names are unique.
std::vector<LayerUse> FindLayers(const torch::jit::Module& prepared);

/// The names and kinds alone.
std::vector<QuantizableLayer> QuantizableLayers(const torch::jit::Module& prepared);

/// Where the list of weights is among the arguments of a recurrent operator: sequences of several
/// lengths are two tensors, and come before it as one does.
std::size_t WeightListOf(const torch::jit::Node* node);

/// The tensor that a value of a prepared module's forward stands for, where it is a constant or an
/// attribute of the module or its submodules; an undefined one else.
at::Tensor WeightOf(const torch::jit::Module& prepared, const torch::jit::Value* value);

}  // namespace libtorch_node::core

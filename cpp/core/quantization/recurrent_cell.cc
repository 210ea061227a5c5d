#include "core/quantization/recurrent_cell.h"

#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/ir/ir.h>

#include <vector>

#include "core/quantization/attributes.h"
#include "core/quantization/packing.h"
#include "core/quantization/replace_node.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

// After what comes in and the state: two weights, two biases.
constexpr std::size_t kWeights = 2;
constexpr std::size_t kBiases = 4;

struct Packed {
  std::string weights;
  /// Where the layer has no bias.
  std::string zeros;
};

void Replace(Node* node, const Packed (&packed)[2], bool is_lstm) {
  torch::jit::Graph& graph = *node->owningGraph();
  const torch::jit::WithInsertPoint before(node);
  Value* self = graph.inputs()[0];
  std::vector<Value*> inputs = node->inputs().vec();
  for (std::size_t i = 0; i < 2; ++i) {
    inputs[kWeights + i] = graph.insertGetAttr(self, packed[i].weights);
    if (!packed[i].zeros.empty()) inputs[kBiases + i] = graph.insertGetAttr(self, packed[i].zeros);
  }
  Node* made = graph.insertNode(
      graph.create(c10::Symbol::fromQualString(is_lstm ? "quantized::quantized_lstm_cell_dynamic"
                                                       : "quantized::quantized_gru_cell_dynamic"),
                   inputs, node->outputs().size()));
  ReplaceNode(node, made);
}

}  // namespace

std::optional<std::string> QuantizeCell(Module& prepared, const LayerUse& use,
                                        const DynamicOptions& options) {
  const Node* first = use.nodes.front();
  at::Tensor weights[2];
  at::Tensor biases[2];
  for (std::size_t i = 0; i < 2; ++i) {
    weights[i] = WeightOf(prepared, first->input(kWeights + i));
    if (!weights[i].defined()) return "its weights are computed while it runs";
    if (!weights[i].is_cpu()) return "its weights are not on the CPU";
    if (weights[i].scalar_type() != at::kFloat) return "its weights are not float32";
    const Value* bias = first->input(kBiases + i);
    biases[i] = bias->mustBeNone() ? at::zeros({weights[i].size(0)}) : WeightOf(prepared, bias);
    if (!biases[i].defined()) return "its biases are computed while it runs";
  }
  Packed packed[2];
  for (std::size_t i = 0; i < 2; ++i) {
    packed[i].weights =
        AddAttribute(prepared, "_packed_cell", PackLinear(weights[i], biases[i], options));
    if (first->input(kBiases + i)->mustBeNone()) {
      packed[i].zeros = AddAttribute(prepared, "_cell_bias", biases[i]);
    }
  }
  for (Node* node : use.nodes) Replace(node, packed, use.layer.kind == "lstmCell");
  return std::nullopt;
}

}  // namespace libtorch_node::core

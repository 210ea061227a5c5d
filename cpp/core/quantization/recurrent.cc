#include "core/quantization/recurrent.h"

#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/ir/constants.h>

#include "core/quantization/attributes.h"
#include "core/quantization/packing.h"
#include "core/quantization/replace_node.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

/// The arguments from the list of weights on, which `input` and `data` have in common.
struct Arguments {
  std::size_t weights;  // where the list is

  explicit Arguments(const Node* node) : weights(WeightListOf(node)) {}

  std::optional<bool> HasBiases(const Node* node) const { return Bool(node, weights + 1); }
  std::optional<bool> Bidirectional(const Node* node) const { return Bool(node, weights + 5); }
  std::optional<int64_t> Layers(const Node* node) const {
    const auto value = torch::jit::toIValue(node->input(weights + 2));
    return value && value->isInt() ? std::optional(value->toInt()) : std::nullopt;
  }

 private:
  static std::optional<bool> Bool(const Node* node, std::size_t index) {
    const auto value = torch::jit::toIValue(node->input(index));
    return value && value->isBool() ? std::optional(value->toBool()) : std::nullopt;
  }
};

struct Weights {
  std::vector<at::Tensor> tensors;
  std::string refusal;
};

Weights Read(const Module& prepared, const Value* list) {
  Weights weights;
  if (const auto constant = torch::jit::toIValue(list); constant && constant->isTensorList()) {
    weights.tensors = constant->toTensorVector();
  } else if (list->node()->kind() == c10::prim::ListConstruct) {
    for (const Value* value : list->node()->inputs()) {
      weights.tensors.push_back(WeightOf(prepared, value));
    }
  }
  for (const at::Tensor& tensor : weights.tensors) {
    if (!tensor.defined()) weights.refusal = "its weights are computed while it runs";
    if (tensor.defined() && !tensor.is_cpu()) weights.refusal = "its weights are not on the CPU";
    if (tensor.defined() && tensor.scalar_type() != at::kFloat) {
      weights.refusal = "its weights are not float32";
    }
  }
  if (weights.tensors.empty()) weights.refusal = "its weights are computed while it runs";
  return weights;
}

c10::IValue PackCell(const at::Tensor& input_weight, const at::Tensor& hidden_weight,
                     const at::Tensor& input_bias, const at::Tensor& hidden_bias,
                     const DynamicOptions& options) {
  c10::IValue input = PackLinear(input_weight, input_bias, options);
  c10::IValue hidden = PackLinear(hidden_weight, hidden_bias, options);
  if (options.dtype == DynamicDtype::kFloat16) {
    return CallOperator("quantized::make_quantized_cell_params_fp16", {input, hidden});
  }
  return CallOperator("quantized::make_quantized_cell_params_dynamic",
                      {input, hidden, input_bias, hidden_bias, true});
}

}  // namespace

std::optional<std::string> PackedRecurrent::Pack(Module& prepared, const LayerUse& use,
                                                 const DynamicOptions& options) {
  const Node* node = use.nodes.front();
  const Arguments arguments(node);
  const auto has_biases = arguments.HasBiases(node);
  const auto layers = arguments.Layers(node);
  const auto bidirectional = arguments.Bidirectional(node);
  if (!has_biases || !layers || !bidirectional) return "its shape is known only while it runs";
  const Weights weights = Read(prepared, node->input(arguments.weights));
  if (!weights.refusal.empty()) return weights.refusal;
  const std::size_t per_cell = *has_biases ? 4 : 2;
  const std::size_t cells = static_cast<std::size_t>(*layers) * (*bidirectional ? 2 : 1);
  if (weights.tensors.size() != cells * per_cell) {
    return "it has projections, for which there are no quantized cells";
  }
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const at::Tensor* of_cell = &weights.tensors[cell * per_cell];
    // The quantized cells always add biases.
    const at::Tensor none = *has_biases ? at::Tensor() : at::zeros({of_cell[0].size(0)});
    c10::IValue packed = PackCell(of_cell[0], of_cell[1], *has_biases ? of_cell[2] : none,
                                  *has_biases ? of_cell[3] : none, options);
    attributes_.push_back(AddAttribute(prepared, "_packed_cell", std::move(packed)));
  }
  return std::nullopt;
}

void PackedRecurrent::Replace(const Module& prepared, const LayerUse& use,
                              const DynamicOptions& options) const {
  const auto graph = prepared.get_method("forward").graph();
  const bool is_lstm = use.layer.kind == "lstm";
  const bool is_half = options.dtype == DynamicDtype::kFloat16;
  for (Node* node : use.nodes) {
    const Arguments arguments(node);
    const torch::jit::WithInsertPoint before(node);
    std::vector<Value*> cells;
    for (const std::string& name : attributes_) {
      cells.push_back(graph->insertGetAttr(graph->inputs()[0], name));
    }
    Value* list = graph->insertNode(graph->createList(cells.front()->type(), cells))->output();
    std::vector<Value*> inputs = node->inputs().vec();
    inputs[arguments.weights] = list;
    inputs[arguments.weights + 1] = graph->insertConstant(true);
    if (is_lstm) {
      inputs.push_back(
          graph->insertConstant(static_cast<int64_t>(is_half ? at::kHalf : at::kQInt8)));
      inputs.push_back(graph->insertConstant(true));
    }
    Node* made = graph->insertNode(graph->create(
        c10::Symbol::fromQualString(is_lstm ? "aten::quantized_lstm" : "aten::quantized_gru"),
        inputs, node->outputs().size()));
    ReplaceNode(node, made);
  }
}

}  // namespace libtorch_node::core

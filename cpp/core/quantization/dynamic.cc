#include "core/quantization/dynamic.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/quantization/attributes.h"
#include "core/quantization/computed_weight.h"
#include "core/quantization/engine.h"
#include "core/quantization/packing.h"
#include "core/quantization/prepare.h"
#include "core/quantization/recurrent.h"
#include "core/quantization/recurrent_cell.h"
#include "core/quantization/replace_node.h"
#include "core/quantization/weight_writes.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

using Refusal = std::optional<std::string>;

void RequireDtype(const DynamicOptions& options) {
  if (options.dtype == DynamicDtype::kQInt8) return;
  const bool has_half = options.engine == at::QEngine::FBGEMM || options.engine == at::QEngine::X86;
  if (has_half) return;
  throw Error("ERR_ENGINE", "quantizeDynamic: the engine '" + EngineName(options.engine) +
                                "' has no float16, only 'x86' and 'fbgemm' have");
}

class Rewriter {
 public:
  Rewriter(Module module, const DynamicOptions& options)
      : module_(std::move(module)), options_(options), writes_(module_) {}

  Refusal Rewrite(const LayerUse& use) {
    const auto& kind = use.layer.kind;
    const bool list = kind == "lstm" || kind == "gru";
    const bool cell = kind == "lstmCell" || kind == "gruCell";
    if (!list && !cell && kind != "linear") {
      return "dynamic quantization is for linear, lstm and gru layers and cells";
    }
    if (Changes(use, list, cell ? 2 : 1)) return "its weights change while it runs";
    if (list) return Recurrent(use);
    if (!cell) return Linear(use);
    const PackingScope scope(options_.engine);
    return QuantizeCell(module_, use, options_);
  }

 private:
  /// Whether anything writes into the weights, which are a list or the arguments from `first` on.
  bool Changes(const LayerUse& use, bool list, std::size_t first) const {
    return std::any_of(use.nodes.begin(), use.nodes.end(), [this, list, first](const Node* node) {
      const Node* holder = list ? node->input(WeightListOf(node))->node() : node;
      const auto weights = holder->inputs().slice(list ? 0 : first);
      return std::any_of(weights.begin(), weights.end(),
                         [this](const Value* weight) { return writes_.MayChange(weight); });
    });
  }

  Refusal Linear(const LayerUse& use) {
    const Node* first = use.nodes.front();
    const at::Tensor weight = ComputedWeightOf(module_, first->input(1));
    if (!weight.defined()) return "its weight is computed while it runs";
    if (!weight.is_cpu()) return "its weight is not on the CPU";
    if (weight.dim() != 2) return "its weight is no matrix";
    if (weight.scalar_type() != at::kFloat) return "its weight is not float32";
    if (weight.numel() == 0) return "its weight is empty";
    std::optional<at::Tensor> bias;
    if (!first->input(2)->mustBeNone()) {
      bias = ComputedWeightOf(module_, first->input(2));
      if (!bias->defined()) return "its bias is computed while it runs";
    }
    for (const Node* node : use.nodes) {
      if (!SameBias(first->input(2), node->input(2))) return "it is used with several biases";
    }
    c10::IValue packed;
    {
      const PackingScope scope(options_.engine);
      packed = PackLinear(weight, bias, options_);
    }
    const std::string name = AddAttribute(module_, "_packed_linear", std::move(packed));
    for (Node* node : use.nodes) Replace(node, name);
    return std::nullopt;
  }

  bool SameBias(const Value* one, const Value* other) const {
    if (one == other) return true;
    const at::Tensor first = WeightOf(module_, one);
    const at::Tensor second = WeightOf(module_, other);
    return first.defined() == second.defined() && (!first.defined() || first.is_same(second));
  }

  void Replace(Node* node, const std::string& name) {
    const auto graph = module_.get_method("forward").graph();
    const torch::jit::WithInsertPoint before(node);
    std::vector<Value*> inputs{node->input(0), graph->insertGetAttr(graph->inputs()[0], name)};
    const bool is_half = options_.dtype == DynamicDtype::kFloat16;
    // As PyTorch does for every engine: seven bits of what comes in, which cannot overflow.
    if (!is_half) inputs.push_back(graph->insertConstant(true));
    Node* made = graph->insertNode(
        graph->create(c10::Symbol::fromQualString(is_half ? "quantized::linear_dynamic_fp16"
                                                          : "quantized::linear_dynamic"),
                      inputs));
    ReplaceNode(node, made);
  }

  Refusal Recurrent(const LayerUse& use) {
    PackedRecurrent packed;
    {
      const PackingScope scope(options_.engine);
      if (auto refusal = packed.Pack(module_, use, options_)) return refusal;
    }
    packed.Replace(module_, use, options_);
    return std::nullopt;
  }

  Module module_;
  const DynamicOptions& options_;
  const WeightWrites writes_;
};

}  // namespace

QuantizationResult QuantizeDynamic(Module prepared, const std::vector<std::string>& layers,
                                   const DynamicOptions& options) {
  RequireCpu(prepared, "quantizeDynamic");
  RequireDtype(options);
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  QuantizationResult result{prepared, {}, {}};
  Rewriter rewriter(prepared, options);
  const char* dtype = options.dtype == DynamicDtype::kFloat16 ? "float16" : "qint8";
  for (const LayerUse& use : FindLayers(prepared)) {
    const auto& [name, kind] = use.layer;
    if (std::find(layers.begin(), layers.end(), name) == layers.end()) continue;
    if (auto refusal = rewriter.Rewrite(use)) {
      result.skipped.push_back({name, kind, *refusal});
    } else {
      result.quantized.push_back({name, kind, dtype});
    }
  }
  const auto graph = prepared.get_method("forward").graph();
  torch::jit::EliminateDeadCode(graph);
  graph->lint();
  DropUnusedAttributes(prepared);
  return result;
}

}  // namespace libtorch_node::core

#include "core/quantization/static.h"

#include <ATen/Context.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/graph_rewrite_helper.h>
#include <torch/csrc/jit/passes/quantization/finalize.h>
#include <torch/csrc/jit/passes/quantization/insert_quant_dequant.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/quantization/delayed_observers.h"
#include "core/quantization/engine.h"
#include "core/quantization/hidden_layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;
using torch::jit::QuantType;

constexpr const char* kForward = "forward";

/// Why a layer of the kind stays as it is; empty for what is quantized.
std::string Obstacle(const std::string& kind) {
  if (kind == "linear" || kind == "conv1d" || kind == "conv2d" || kind == "conv3d") return {};
  if (kind == "lstm" || kind == "gru") {
    return "recurrent layers are quantized dynamically: quantizeDynamic()";
  }
  if (kind == "embedding" || kind == "embeddingBag") {
    return "embeddings hold no activations to calibrate: quantizeWeights()";
  }
  return "LibTorch has no statically quantized operator for it";
}

}  // namespace

ObservedModule Observe(PreparedModule prepared, const ObserveOptions& options) {
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  auto graph = prepared.module.get_method(kForward).graph();
  // The passes would do it, and lose marks.
  torch::jit::graph_rewrite_helper::replaceConvolutionWithAtenConv(graph);
  ObservedModule result{std::move(prepared), options.engine, {}, {}};
  Module& module = result.prepared.module;
  const std::vector<LayerUse> uses = FindLayers(module);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const QuantizableLayer& layer = uses[i].layer;
    const bool selected =
        std::find(options.layers.begin(), options.layers.end(), layer.name) != options.layers.end();
    const std::string obstacle = Obstacle(layer.kind);
    if (selected && obstacle.empty()) {
      result.observed.emplace_back(i, layer);
      for (torch::jit::Node* node : uses[i].nodes) MarkLayer(node, i);
      continue;
    }
    if (selected) result.skipped.push_back({layer.name, layer.kind, obstacle});
    for (torch::jit::Node* node : uses[i].nodes) Hide(node);
  }
  const torch::jit::QConfigDict everywhere{
      {"", options.fake_quantize
               ? FakeQuantizeConfig(options.folder, options.engine)
               : ObserverConfig(options.folder, options.observers, options.engine)}};
  // A module of another class, over the same attributes.
  module = torch::jit::InsertObservers(module, kForward, everywhere, true, QuantType::STATIC);
  torch::jit::Graph& observing = *module.get_method(kForward).graph();
  ShowHidden(observing);
  DelayObservers(observing);
  return result;
}

QuantizationResult ConvertObserved(ObservedModule& observed) {
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  Module module = observed.prepared.module;
  // Finalizing packs weights.
  const PackingScope packing(observed.engine);
  module = torch::jit::InsertQuantDeQuant(module, kForward, true, false, QuantType::STATIC);
  QuantizationResult result{torch::jit::Finalize(module, QuantType::STATIC), {}, {}};
  auto graph = result.module.get_method(kForward).graph();
  torch::jit::ConstantPropagation(graph);
  torch::jit::EliminateDeadCode(graph);
  const std::vector<std::size_t> left = TakeMarks(*graph);
  for (const auto& [mark, layer] : observed.observed) {
    if (std::find(left.begin(), left.end(), mark) == left.end()) {
      result.quantized.push_back({layer.name, layer.kind, "qint8"});
    } else {
      result.skipped.push_back(
          {layer.name, layer.kind, "LibTorch has no quantized operator for how it is used"});
    }
  }
  result.skipped.insert(result.skipped.end(), observed.skipped.begin(), observed.skipped.end());
  return result;
}

}  // namespace libtorch_node::core

#include "core/quantization/static.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/graph_rewrite_helper.h>
#include <torch/csrc/jit/passes/quantization/finalize.h>
#include <torch/csrc/jit/passes/quantization/insert_quant_dequant.h>

#include <torch/csrc/jit/passes/remove_mutation.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/error.h"
#include "core/error_message.h"
#include "core/quantization/delayed_observers.h"
#include "core/quantization/engine.h"
#include "core/quantization/hidden_layers.h"
#include "core/quantization/static_obstacles.h"
#include "core/quantization/typed_outputs.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;
using torch::jit::QuantType;

constexpr const char* kForward = "forward";

/// Held through LibTorch's passes: their predicates append to tables of the process at every call
/// (torch/csrc/jit/passes/quantization/helper.cpp, getFixedQParams and others).
std::mutex& PassLock() {
  static auto* lock = new std::mutex;
  return *lock;
}

/// The name of the branch that LibTorch's pass complains about: one way through it gives a value
/// that is observed, the other does not.
std::string InconsistentBranch(const std::string& message) {
  const auto complaint = message.find("observed consistently, if node:%");
  if (complaint == std::string::npos) return {};
  const auto begin = message.find('%', complaint) + 1;
  return message.substr(begin, message.find_first_of(" ,:.", begin) - begin);
}

[[noreturn]] void ThrowNotQuantizable(const std::exception& reason) {
  throw Error("ERR_NOT_QUANTIZABLE",
              "LibTorch cannot quantize it: leave layers out with `layers`, or call "
              "quantizeDynamic()\n" +
                  Scrub(reason.what()));
}

/// A module of another class, over the same attributes. What the pass cannot go through is hidden
/// from it, one by one.
Module InsertObservers(Module& module, const torch::jit::QConfigDict& config) {
  NameBlocks(*module.get_method(kForward).graph());
  while (true) {
    try {
      const std::scoped_lock hold(PassLock());
      return torch::jit::InsertObservers(module, kForward, config, true, QuantType::STATIC);
    } catch (const std::exception& error) {
      torch::jit::Graph& graph = *module.get_method(kForward).graph();
      const std::string branch = InconsistentBranch(error.what());
      const bool is_hidden = branch.empty() ? HideAllBlocks(graph) : HideBlocks(graph, branch);
      if (!is_hidden) ThrowNotQuantizable(error);
    }
  }
}

bool Contains(const std::vector<std::size_t>& numbers, std::size_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

/// Layers that were hidden with the branch or loop around them.
void SkipInvisible(torch::jit::Graph& observing, ObservedModule& result) {
  const std::vector<std::size_t> visible = VisibleMarks(observing);
  for (const auto& [mark, layer] : result.observed) {
    if (Contains(visible, mark)) continue;
    result.skipped.push_back(
        {layer.name, layer.kind, "LibTorch cannot observe the branch or loop it lies in"});
  }
  std::erase_if(result.observed,
                [&](const auto& entry) { return !Contains(visible, entry.first); });
}

Module InsertQuantDeQuant(Module& module) {
  const std::scoped_lock hold(PassLock());
  return torch::jit::InsertQuantDeQuant(module, kForward, true, false, QuantType::STATIC);
}

Module Convert(Module module) {
  try {
    module = InsertQuantDeQuant(module);
    RefuseLostWrites(*module.get_method(kForward).graph());
    module = torch::jit::Finalize(module, QuantType::STATIC);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    ThrowNotQuantizable(error);
  }
  auto graph = module.get_method(kForward).graph();
  torch::jit::ConstantPropagation(graph);
  torch::jit::EliminateDeadCode(graph);
  DequantizeMembers(*graph);
  return module;
}

}  // namespace

ObservedModule Observe(PreparedModule prepared, const ObserveOptions& options) {
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  if (!options.fake_quantize) RequireCpu(prepared.module, "quantizeStatic");
  auto graph = prepared.module.get_method(kForward).graph();
  // Values that are quantized are read as copies, in which changes would be lost.
  torch::jit::RemoveTensorMutation(graph);
  // The passes would do it, and lose marks.
  torch::jit::graph_rewrite_helper::replaceConvolutionWithAtenConv(graph);
  ObservedModule result{std::move(prepared), options.engine, {}, {}, {}};
  Module& module = result.prepared.module;
  const std::vector<LayerUse> uses = FindLayers(module);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const QuantizableLayer& layer = uses[i].layer;
    const bool selected =
        std::find(options.layers.begin(), options.layers.end(), layer.name) != options.layers.end();
    const std::string obstacle = StaticObstacle(module, uses[i]);
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
  module = InsertObservers(module, everywhere);
  torch::jit::Graph& observing = *module.get_method(kForward).graph();
  SkipInvisible(observing, result);
  ShowHidden(observing);
  UnobserveStatistics(observing);
  DelayObservers(observing);
  result.state = KeptState(module);
  return result;
}

QuantizationResult ConvertObserved(ObservedModule& observed) {
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  observed.state.Restore();
  // Finalizing packs weights.
  const PackingScope packing(observed.engine);
  QuantizationResult result{Convert(observed.prepared.module), {}, {}};
  const std::vector<std::size_t> left = TakeMarks(*result.module.get_method(kForward).graph());
  for (const auto& [mark, layer] : observed.observed) {
    if (!Contains(left, mark)) {
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

#include "core/quantization/qat.h"

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/jit/own_unit.h"
#include "core/module/module_copy.h"
#include "core/quantization/fake_quantize.h"
#include "core/quantization/hidden_layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

constexpr const char* kTraining = "training";

template <typename Visit>
void ForEachNode(Block* block, const Visit& visit) {
  for (Node* node : block->nodes()) {
    visit(node);
    for (Block* inner : node->blocks()) ForEachNode(inner, visit);
  }
}

std::shared_ptr<Graph> ForwardGraph(const Module& module) {
  return module.get_method("forward").graph();
}

void RequirePlain(const Module& module) {
  if (module.parameters().size() == 0) {
    throw Error("ERR_NOT_TRAINABLE",
                "prepareQat: the module has no parameters: a frozen module's weights are constants "
                "of its graph. Prepare the module that it was frozen from");
  }
  ForEachNode(ForwardGraph(module)->block(), [](const Node* node) {
    const std::string_view name = node->kind().toQualString();
    if (name.starts_with("aten::fake_quantize_")) {
      throw Error("ERR_NOT_QUANTIZABLE",
                  "prepareQat: the module is prepared already: train it, then convert() it");
    }
  });
}

/// Of dropout, and of recurrent layers with dropout between their layers.
std::optional<std::size_t> TrainArgument(const Node* node) {
  const c10::FunctionSchema* schema = node->kind().is_aten() ? node->maybeSchema() : nullptr;
  if (schema == nullptr) return std::nullopt;
  const auto index = schema->argumentIndexWithName("train");
  if (!index) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

/// Freezing wrote down that dropout is off.
void FollowTrainingMode(Module& module) {
  module.register_attribute(kTraining, c10::BoolType::get(), true);
  const auto graph = ForwardGraph(module);
  std::vector<std::pair<Node*, std::size_t>> found;
  ForEachNode(graph->block(), [&](Node* node) {
    if (const auto index = TrainArgument(node)) found.emplace_back(node, *index);
  });
  if (found.empty()) return;
  const torch::jit::WithInsertPoint at(*graph->nodes().begin());
  Value* training = graph->insertGetAttr(graph->inputs()[0], kTraining);
  for (const auto& [node, index] : found) node->replaceInput(index, training);
}

/// Lets weights be seen that the observers are to see.
void ShowWeights(const Module& module) {
  for (FakeQuantizedWeight& use : FakeQuantizedWeights(module)) {
    if (!IsEnabled(use.fake_quantize, FakeQuantizePart::kObserver)) continue;
    use.fake_quantize.forward({use.weight});
  }
}

/// Throws for a module that would give the scale 1 to values that it never saw.
void RequireCalibrated(const Module& module) {
  for (const Module& fake_quantize : FakeQuantizeModules(module)) {
    const Module observer = fake_quantize.attr("activation_post_process").toModule();
    const at::Tensor least = observer.attr("min_val").toTensor();
    if (least.numel() > 0 && least.isfinite().all().item().toBool()) continue;
    throw Error("ERR_NOT_CALIBRATED",
                "convert: FakeQuantize modules of the module have seen no values, or none that are "
                "finite, so the ranges of its activations are not known: run it before");
  }
}

bool IsFakeQuantized(const LayerUse& use) {
  return std::all_of(use.nodes.begin(), use.nodes.end(), [](const Node* node) {
    return node->inputs().size() > 1 && IsFakeQuantizeCall(node->input(1)->node());
  });
}

/// The layers whose weights pass a FakeQuantize module are to be quantized.
ObservedModule ToConvert(Module module, at::QEngine engine) {
  ObservedModule result{{std::move(module), {}, ExecutorMode::kOff, nullptr}, engine, {}, {}, {}};
  const std::vector<LayerUse> uses = FindLayers(result.prepared.module);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const QuantizableLayer& layer = uses[i].layer;
    if (IsFakeQuantized(uses[i])) {
      result.observed.emplace_back(i, layer);
      for (Node* node : uses[i].nodes) MarkLayer(node, i);
    } else {
      result.skipped.push_back({layer.name, layer.kind, "its weights pass no FakeQuantize module"});
    }
  }
  return result;
}

}  // namespace

Module PrepareQat(PreparedModule prepared, ObserveOptions options) {
  RequirePlain(prepared.module);
  options.fake_quantize = true;
  FollowTrainingMode(prepared.module);
  const ObservedModule observed = Observe(std::move(prepared), options);
  const Module& module = observed.prepared.module;
  if (FakeQuantizedWeights(module).empty()) {
    throw Error("ERR_NOT_QUANTIZABLE",
                "prepareQat: the module's forward has no linear or convolution layer to quantize");
  }
  TakeMarks(*ForwardGraph(module));
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  // Gives what is kept for each channel its size, which runs then need not change. The first run
  // sees the same weights again, and learns nothing new.
  ShowWeights(module);
  for (const at::Tensor& parameter : module.parameters()) {
    if (parameter.is_floating_point()) parameter.set_requires_grad(true);
  }
  return module;
}

QuantizationResult ConvertQat(const Module& trained, at::QEngine engine) {
  if (!IsPreparedForQat(trained)) {
    throw Error("ERR_NOT_PREPARED",
                "convert: expected a module that prepareQat() made, or one loaded from its file: "
                "no FakeQuantize modules stand before the weights in the module's forward");
  }
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  OwnUnit own(trained);
  Module copy = CopyInto(own.unit(), trained);
  copy.eval();
  MoveTensors(copy, c10::Device(c10::kCPU), std::nullopt, false);
  RequireCalibrated(copy);
  // As PyTorch does: the last step changed the weights after they were seen.
  ShowWeights(copy);
  ObservedModule observed = ToConvert(std::move(copy), engine);
  QuantizationResult result = ConvertObserved(observed);
  own.ForgetOrigin(result.module);
  return result;
}

}  // namespace libtorch_node::core

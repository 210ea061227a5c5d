#include "core/quantization/fake_quantize.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

#include "core/error.h"
#include "core/quantization/layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;

bool IsFakeQuantize(const c10::TypePtr& type) {
  const auto* module = type->castRaw<c10::ClassType>();
  return module != nullptr && module->is_module() && module->name() &&
         module->name()->name() == "FakeQuantize" && module->findAttribute("observer_enabled") &&
         module->findAttribute("fake_quant_enabled");
}

const char* AttributeOf(FakeQuantizePart part) {
  return part == FakeQuantizePart::kObserver ? "observer_enabled" : "fake_quant_enabled";
}

void Collect(const Module& module, Block* block, std::vector<FakeQuantizedWeight>& found) {
  for (Node* node : block->nodes()) {
    for (Block* inner : node->blocks()) Collect(module, inner, found);
    if (!IsFakeQuantizeCall(node)) continue;
    const at::Tensor weight = WeightOf(module, node->input(1));
    const std::string& name = node->input(0)->node()->s(c10::attr::name);
    if (weight.defined() && module.hasattr(name)) {
      found.push_back({module.attr(name).toModule(), weight});
    }
  }
}

}  // namespace

bool IsFakeQuantizeCall(const Node* node) {
  return node->kind() == c10::prim::CallMethod && IsFakeQuantize(node->input(0)->type()) &&
         node->input(0)->node()->kind() == c10::prim::GetAttr;
}

std::vector<Module> FakeQuantizeModules(const Module& module) {
  std::vector<Module> found;
  for (const Module& inner : module.modules()) {
    if (IsFakeQuantize(inner.type())) found.push_back(inner);
  }
  return found;
}

std::vector<FakeQuantizedWeight> FakeQuantizedWeights(const Module& module) {
  std::vector<FakeQuantizedWeight> found;
  const auto forward = module.find_method("forward");
  if (!forward || torch::jit::tryToGraphFunction(forward->function()) == nullptr) return found;
  Collect(module, forward->graph()->block(), found);
  return found;
}

bool IsPreparedForQat(const Module& module) {
  // Looking for modules takes less time than looking through a graph.
  return !FakeQuantizeModules(module).empty() && !FakeQuantizedWeights(module).empty();
}

bool IsEnabled(const Module& fake_quantize, FakeQuantizePart part) {
  return fake_quantize.attr(AttributeOf(part)).toTensor().item().toInt() == 1;
}

void EnableFakeQuantize(const Module& module, FakeQuantizePart part, bool enabled) {
  const std::vector<Module> found = FakeQuantizeModules(module);
  if (found.empty()) {
    throw Error(
        "ERR_NOT_PREPARED",
        "the module has no FakeQuantize modules to switch: prepareQat() makes one that has");
  }
  const c10::InferenceMode normal(false);
  const c10::AutoGradMode no_grad(false);
  for (const Module& fake_quantize : found) {
    fake_quantize.attr(AttributeOf(part)).toTensor().fill_(enabled ? 1 : 0);
  }
}

}  // namespace libtorch_node::core

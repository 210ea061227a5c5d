#include "core/quantization/observers.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;

std::string ActivationName(const std::string& kind, at::QEngine engine) {
  return HalvesRange(engine) ? kind + "_narrow" : kind;
}

bool DefaultsToPerChannel(at::QEngine engine) { return engine != at::QEngine::QNNPACK; }

}  // namespace

Module LoadObserver(const std::string& folder, const std::string& name) {
  const std::filesystem::path file = std::filesystem::path(folder) / (name + ".pt");
  if (!std::filesystem::exists(file)) {
    throw Error("ERR_NO_OBSERVERS", "PyTorch's observers are not in " + folder +
                                        ": in a checkout of this package, node "
                                        "scripts/observers.mjs makes them, with Python");
  }
  // Observers write into their own tensors, which inference tensors would not allow afterwards.
  const c10::InferenceMode normal(false);
  // Tensors of a file cannot be resized, as observers do.
  return torch::jit::load(file.string(), std::nullopt, false).deepcopy();
}

bool HalvesRange(at::QEngine engine) { return engine != at::QEngine::QNNPACK; }

torch::jit::QConfig ObserverConfig(const std::string& folder, Observers observers,
                                   at::QEngine engine) {
  const bool histogram = observers == Observers::kHistogram;
  const bool per_channel =
      observers == Observers::kPerChannelMinMax || (histogram && DefaultsToPerChannel(engine));
  return {LoadObserver(folder, ActivationName(histogram ? "histogram" : "minmax", engine)),
          LoadObserver(folder, per_channel ? "weight_per_channel" : "weight")};
}

torch::jit::QConfig FakeQuantizeConfig(const std::string& folder, at::QEngine engine) {
  const char* weight = DefaultsToPerChannel(engine) ? "fake_weight_per_channel" : "fake_weight";
  return {LoadObserver(folder, ActivationName("fake", engine)), LoadObserver(folder, weight)};
}

}  // namespace libtorch_node::core

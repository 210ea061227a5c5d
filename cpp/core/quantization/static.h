#pragma once

#include <c10/core/QEngine.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "core/quantization/kept_state.h"
#include "core/quantization/layers.h"
#include "core/quantization/observers.h"
#include "core/quantization/prepare.h"

namespace libtorch_node::core {

/// A prepared module whose `forward` shows values to observers as it runs.
struct ObservedModule {
  PreparedModule prepared;
  at::QEngine engine;
  /// Of the layers asked for, those that are to be quantized, with the number of their mark.
  std::vector<std::pair<std::size_t, QuantizableLayer>> observed;
  std::vector<SkippedLayer> skipped;
  /// From before calibration.
  KeptState state;
};

struct ObserveOptions {
  /// Names of the layers to quantize.
  std::vector<std::string> layers;
  at::QEngine engine;
  Observers observers = Observers::kHistogram;
  /// FakeQuantize modules instead of observers.
  bool fake_quantize = false;
  /// Where the observers' archives are.
  std::string folder;
};

/// Uses the prepared module up. Throws ERR_NOT_QUANTIZABLE where LibTorch's pass cannot.
ObservedModule Observe(PreparedModule prepared, const ObserveOptions& options);

/// The quantized module, once observers have seen values. Uses the observed module up.
QuantizationResult ConvertObserved(ObservedModule& observed);

}  // namespace libtorch_node::core

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>

#include <limits>
#include <string>
#include <vector>

#include "core/jit/freeze.h"
#include "core/quantization/prepare.h"
#include "core/quantization/weights.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::WeightFormat;
using torch::jit::Module;

/// Words and the last layer share a weight.
Module Tied() {
  const at::Tensor weight = at::randn({40, 32});
  Module words("__torch__.Words");
  words.register_attribute("training", c10::BoolType::get(), true);
  words.register_parameter("weight", weight, false);
  words.define("def forward(self, x):\n  return torch.embedding(self.weight, x)\n");
  Module head("__torch__.Head");
  head.register_attribute("training", c10::BoolType::get(), true);
  head.register_parameter("weight", weight, false);
  head.define("def forward(self, x):\n  return torch.linear(x, self.weight, None)\n");
  Module module("__torch__.Tied");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_module("words", words);
  module.register_module("head", head);
  module.define("def forward(self, x):\n  return self.head.forward(self.words.forward(x))\n");
  return module;
}

core::QuantizationResult Quantize(const Module& module, const std::vector<std::string>& layers,
                                  const core::WeightOptions& options) {
  return core::QuantizeWeights(core::PrepareForQuantization(module, "test"), layers, options);
}

at::Tensor Forward(const Module& module, const at::Tensor& x) {
  return module.get_method("forward")({x}).toTensor();
}

TEST(weights_that_an_embedding_and_a_linear_layer_share_are_stored_once) {
  const Module module = Tied();
  core::WeightOptions options;
  options.linear = WeightFormat::kInt4;
  const auto result = Quantize(module, {"words", "head"}, options);
  EXPECT_EQ(result.quantized.size(), 2U);
  for (const auto& layer : result.quantized) EXPECT_EQ(layer.dtype, "int8");
  EXPECT_EQ(result.module.buffers().size(), 2U);
  EXPECT_EQ(result.module.parameters().size(), 0U);
  const at::Tensor ids = at::arange(40);
  EXPECT(at::allclose(Forward(result.module, ids), Forward(module, ids), 0.02, 0.5));
}

TEST(a_weight_that_another_layer_keeps_stays_float) {
  core::WeightOptions options;
  const auto result = Quantize(Tied(), {"words", "head"}, options);
  EXPECT_EQ(result.quantized.size(), 0U);
  EXPECT_EQ(result.skipped.size(), 2U);
  EXPECT_CONTAINS(result.skipped[0].reason, "shared with the linear layer head");
  EXPECT_EQ(result.skipped[1].reason, "linear is false");
}

TEST(freezing_leaves_weights_as_they_are_stored) {
  const Module module = Tied();
  core::WeightOptions options;
  options.linear = WeightFormat::kInt8;
  const auto result = Quantize(module, {"words", "head"}, options);
  Module copy = result.module.deepcopy();
  const Module frozen = core::Freeze(copy, {}, true);
  const Module optimized = core::OptimizeForInference(copy, {});
  const at::Tensor ids = at::arange(40);
  for (const Module& each : {frozen, optimized}) {
    EXPECT(Bytes(each).size() < Bytes(result.module).size() * 11 / 10);
    EXPECT(at::allclose(Forward(each, ids), Forward(result.module, ids)));
  }
}

TEST(values_that_no_scale_fits_are_refused) {
  at::Tensor weight = at::zeros({2, 4});
  EXPECT(core::StoreWeight(weight, WeightFormat::kInt8, 2).has_value());
  weight[0][1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT(!core::StoreWeight(weight, WeightFormat::kInt8, 2).has_value());
  weight[0][1] = std::numeric_limits<float>::max();
  weight[0][2] = std::numeric_limits<float>::lowest();
  EXPECT(!core::StoreWeight(weight, WeightFormat::kUint8, 2).has_value());
  EXPECT(!core::StoreWeight(weight, WeightFormat::kInt4, 4).has_value());
}

TEST(rows_of_int4_are_filled_up_to_whole_groups) {
  const auto stored = core::StoreWeight(at::randn({3, 7}), WeightFormat::kInt4, 4);
  EXPECT_EQ((*stored)[0].second.sizes(), at::IntArrayRef({3, 4}));
  EXPECT_EQ((*stored)[1].second.sizes(), at::IntArrayRef({3, 2, 1}));
}

}  // namespace
}  // namespace libtorch_node::test

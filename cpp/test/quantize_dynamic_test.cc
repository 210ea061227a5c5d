#include <ATen/Context.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "core/jit/freeze.h"
#include "core/quantization/dynamic.h"
#include "core/quantization/engine.h"
#include "core/quantization/operators.h"
#include "core/quantization/prepare.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using torch::jit::Module;

Module Linear(const std::string& name) {
  Module module("__torch__." + name);
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("weight", at::arange(8).reshape({2, 4}).to(c10::kFloat).div(8), false);
  module.define("def forward(self, x):\n  return torch.linear(x, self.weight, None)\n");
  return module;
}

/// Two layers, of which the second runs twice, in a loop.
Module Net() {
  Module module("__torch__.Net");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_module("first", Linear("First"));
  module.register_module("second", Linear("Second"));
  module.define(
      "def forward(self, x):\n"
      "  y = self.first.forward(x)\n"
      "  for i in range(2):\n"
      "    y = self.second.forward(torch.cat([y, y], 1))\n"
      "  return y\n");
  return module;
}

at::Tensor Forward(const Module& module) {
  return module.get_method("forward")({Ones({3, 4})}).toTensor();
}

/// What the interpreter says of an input that fits no layer.
std::string FailureOf(const Module& module) {
  try {
    module.get_method("forward")({Ones({3, 5})});
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

core::DynamicOptions Options(at::QEngine engine) { return {engine}; }

TEST(layers_are_named_by_their_weights_also_in_loops) {
  const Module source = Net();
  const auto layers = core::QuantizableLayers(core::PrepareForQuantization(source, "test"));
  EXPECT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].name, std::string("first"));
  EXPECT_EQ(layers[1].name, std::string("second"));
  EXPECT_EQ(layers[1].kind, std::string("linear"));
}

TEST(dynamic_quantization_packs_the_layers_named_and_drops_their_weights) {
  const Module source = Net();
  const Module prepared = core::PrepareForQuantization(source, "test");
  const auto result = core::QuantizeDynamic(prepared, {"second"}, Options(core::CurrentEngine()));
  EXPECT_EQ(result.quantized.size(), 1U);
  EXPECT_EQ(result.quantized[0].dtype, std::string("qint8"));
  EXPECT_EQ(result.module.named_parameters().size(), 1U);
  EXPECT(at::allclose(Forward(result.module), Forward(source), 0.05, 0.05));
  EXPECT(source.is_training());
  EXPECT_EQ(source.named_parameters().size(), 2U);
}

TEST(errors_of_rewritten_modules_outlive_their_source) {
  Module made;
  {
    const Module source = Net();
    made = core::PrepareForQuantization(source, "test");
  }
  EXPECT_CONTAINS(FailureOf(made), "forward");
  made = core::PrepareForQuantization(Module(made), "test");
  EXPECT_CONTAINS(FailureOf(made), "forward");
}

TEST(an_engine_is_exchanged_for_one_thread_at_a_time) {
  const at::QEngine own = core::CurrentEngine();
  std::vector<std::string> names = core::SupportedEngines();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (const std::string& name : names) {
    threads.emplace_back([&wrong, name] {
      const at::QEngine engine = core::RequireEngine(name, "test");
      for (int i = 0; i < 500; ++i) {
        const core::PackingScope scope(engine);
        if (core::CurrentEngine() != engine) ++wrong;
      }
    });
    threads.emplace_back([&wrong, own] {
      for (int i = 0; i < 500; ++i) {
        const core::UnpackingScope outer;
        const core::UnpackingScope inner;
        if (core::CurrentEngine() != own) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT(core::CurrentEngine() == own);
}

TEST(engines_and_operators_are_those_of_this_libtorch) {
  const auto message = EXPECT_CODE(core::RequireEngine("tensorrt", "test"), "ERR_ENGINE");
  EXPECT_CONTAINS(message, "no quantized engine 'tensorrt'");
  const auto operators = core::QuantizedOperators();
  EXPECT(std::find(operators.begin(), operators.end(), "quantized::linear_dynamic") !=
         operators.end());
}

}  // namespace
}  // namespace libtorch_node::test

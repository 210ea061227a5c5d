#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/library.h>

#include <cstdlib>
#include <limits>
#include <optional>
#include <sstream>

#include "core/mobile/optimize_for_mobile.h"
#include "core/mobile/xnnpack_contexts.h"
#include "core/mobile/xnnpack_registration.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

c10::IValue Call(const char* name, torch::jit::Stack stack) {
  c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(stack);
  return stack.back();
}

template <typename Body>
void Refused(const Body& body) {
  try {
    body();
  } catch (const c10::Error&) {
    return;
  }
  Fail(__FILE__, __LINE__, "expected a c10::Error");
}

TEST(the_prepacked_operators_are_there_once) {
  core::RegisterXnnpackOperators();
  core::RegisterXnnpackOperators();
  const at::Tensor x = at::randn({2, 4, 9, 9});
  const at::Tensor weight = at::randn({6, 2, 3, 3});
  const c10::IValue context = Call("prepacked::conv2d_clamp_prepack",
                                   {weight, c10::IValue(), core::Sizes{2, 1}, core::Sizes{1, 0},
                                    core::Sizes{1, 2}, 2, -0.5, c10::IValue()});
  const at::Tensor y = Call("prepacked::conv2d_clamp_run", {x, context}).toTensor();
  const at::Tensor wanted =
      at::conv2d(x, weight, {}, {2, 1}, {1, 0}, {1, 2}, 2).clamp(-0.5, std::nullopt);
  EXPECT(at::allclose(y, wanted, 1e-5, 1e-5));
}

CHILD(with_another_xnnpack) {
  // A LibTorch that was built with it is the other one: to register twice would end the process.
  if (c10::Dispatcher::singleton().findSchema({"prepacked::linear_clamp_run", ""})) {
    core::RegisterXnnpackOperators();
    std::_Exit(0);
  }
  torch::Library other(torch::Library::FRAGMENT, "prepacked", std::nullopt, __FILE__, __LINE__);
  other.def("linear_clamp_run(Tensor X) -> Tensor");
  core::RegisterXnnpackOperators();
  const bool ours =
      c10::Dispatcher::singleton().findSchema({"prepacked::conv2d_clamp_run", ""}).has_value();
  std::_Exit(ours ? 3 : 0);
}

TEST(nothing_is_registered_where_libtorch_has_xnnpack) {
  EXPECT_EQ(RunChild("with_another_xnnpack"), 0);
}

TEST(a_transposed_context_bounds_its_result) {
  const at::Tensor x = at::randn({1, 4, 5, 5});
  const at::Tensor weight = at::randn({4, 3, 2, 2});
  const core::TransposeConv2dContext context(
      {weight, at::ones({6}), {2, 2}, {0, 0}, {1, 1}, {1, 1}, 2, 0.0, 0.75});
  const at::Tensor wanted =
      at::conv_transpose2d(x, weight, at::ones({6}), {2, 2}, {0, 0}, {1, 1}, 2).clamp(0.0, 0.75);
  EXPECT(at::allclose(context.Run(x), wanted, 1e-5, 1e-5));
}

TEST(states_that_make_no_layer_are_refused) {
  const at::Tensor weight = at::ones({6, 2, 3, 3});
  const auto conv = [&](const at::Tensor& w, core::Sizes stride, core::Sizes padding,
                        std::int64_t groups) {
    core::Conv2dContext({w, std::nullopt, stride, padding, {1, 1}, groups, {}, {}});
  };
  conv(weight, {1, 1}, {0, 0}, 3);
  Refused([&] { conv(weight, {1, 1}, {0, 0}, 4); });
  Refused([&] { conv(weight, {1, 1}, {0, 0}, kHuge); });
  Refused([&] { conv(weight, {1, 1}, {0, 0}, -1); });
  Refused([&] { conv(weight, {0, 1}, {0, 0}, 1); });
  Refused([&] { conv(weight, {}, {0, 0}, 1); });
  Refused([&] { conv(weight, {1, 1}, {kHuge, 0}, 1); });
  Refused([&] { conv(weight.to(at::kDouble), {1, 1}, {0, 0}, 1); });
  Refused([&] { conv(weight[0], {1, 1}, {0, 0}, 1); });
  Refused([&] { conv(at::Tensor(), {1, 1}, {0, 0}, 1); });
  Refused([&] { conv(at::ones({0, 2, 3, 3}), {1, 1}, {0, 0}, 1); });
  Refused([&] { core::LinearContext({at::ones({3, 2}), at::ones({2}), {}, {}}); });
  Refused([&] { core::LinearContext({at::ones({3, 2}), std::nullopt, 1.0, -1.0}); });
  Refused([&] {
    core::TransposeConv2dContext(
        {weight, at::ones({6}), {1, 1}, {0, 0}, {0, 0}, {1, 1}, kHuge, {}, {}});
  });
}

TEST(a_prepacked_module_is_saved_and_loaded) {
  core::RegisterXnnpackOperators();
  torch::jit::Module module("__torch__.Linear");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_buffer("w", at::randn({3, 3}));
  module.define(
      "def forward(self, x):\n"
      "    if bool(torch.sum(x) > 0):\n"
      "        x = torch.relu(torch.linear(x, self.w))\n"
      "    return x\n");
  const at::Tensor x = at::randn({2, 3}).abs();
  const torch::jit::Module mobile = core::OptimizeForMobile(module, {});
  std::stringstream bytes(Bytes(mobile));
  torch::jit::Module loaded = torch::jit::load(bytes);
  const at::Tensor wanted = module.forward({x}).toTensor();
  EXPECT(at::allclose(loaded.forward({x}).toTensor(), wanted, 1e-5, 1e-5));
  EXPECT_CONTAINS(loaded.get_method("forward").graph()->toString(), "prepacked::linear_clamp_run");
}

}  // namespace
}  // namespace libtorch_node::test

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "core/jit/freeze.h"
#include "core/pruning/prune.h"
#include "core/pruning/shrink.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using torch::jit::Module;

Module Layer(const std::string& name) {
  Module module("__torch__." + name);
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("weight", at::arange(1, 17).reshape({4, 4}).to(c10::kFloat), false);
  module.register_parameter("bias", at::ones({4}), false);
  module.define("def forward(self, x):\n  return torch.linear(x, self.weight, self.bias)\n");
  return module;
}

/// Two objects of one class, and a reader of the other's weight.
Module Twins() {
  const Module layer = Layer("Layer");
  Module module("__torch__.Twins");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_module("a", layer);
  module.register_module("b", layer.deepcopy());
  module.define(
      "def forward(self, x):\n"
      "  return self.b.forward(torch.relu(self.a.forward(x)))\n"
      "def peek(self, x):\n  return x + self.a.weight\n");
  return module;
}

core::PruningRequest Smallest(std::vector<std::string> names, core::PruningAmount amount) {
  core::PruningRequest request;
  request.names = std::move(names);
  request.method.amount = amount;
  return request;
}

at::Tensor Run(const Module& module, const char* method = "forward") {
  return module.get_method(method)({at::ones({1, 4})}).toTensor();
}

TEST(pruning_gives_one_object_a_type_of_its_own) {
  const Module module = Twins();
  const at::Tensor before = Run(module);
  const Module pruned = core::Prune(module, Smallest({"a.weight"}, int64_t{8}));
  EXPECT(pruned.attr("a").toModule().hasattr("weight_orig"));
  EXPECT(!pruned.attr("a").toModule().hasattr("weight"));
  EXPECT(pruned.attr("b").toModule()._ivalue() == module.attr("b").toModule()._ivalue());
  EXPECT(Run(module).equal(before));
  EXPECT(!Run(pruned).equal(before));
  EXPECT_EQ(Run(pruned, "peek").eq(1).sum().item<int64_t>(), 8);
  const auto original = pruned.attr("a").toModule().attr("weight_orig").toTensor();
  EXPECT(original.is_same(module.attr("a").toModule().attr("weight").toTensor()));
}

TEST(pruning_again_counts_what_is_left_and_removal_ends_it) {
  Module module = core::Prune(Twins(), Smallest({"a.weight", "b.weight"}, 0.5));
  EXPECT_EQ(core::PrunedNames(module).size(), 2U);
  module = core::Prune(module, Smallest({"a.weight"}, 0.5));
  const at::Tensor before = Run(module);
  const std::vector<core::ParameterSparsity> sparsity = core::SparsityOf(module);
  EXPECT_EQ(sparsity[1].name, "a.weight");
  EXPECT_EQ(sparsity[1].zeros, 12);
  module = core::RemovePruning(module, core::PrunedNames(module));
  EXPECT(Run(module).equal(before));
  EXPECT_EQ(core::PrunedNames(module).size(), 0U);
  EXPECT_EQ(core::SparsityOf(module)[1].zeros, 12);
}

TEST(pruning_refuses_what_is_not_there) {
  const Module module = Twins();
  EXPECT_CONTAINS(EXPECT_CODE(core::Prune(module, Smallest({"c.weight"}, 0.5)), "ERR_NO_ATTRIBUTE"),
                  "a.weight");
  EXPECT_CODE(core::Prune(module, Smallest({"a.weight"}, int64_t{17})), "ERR_OUT_OF_RANGE");
  EXPECT_CODE(core::RemovePruning(module, {"a.weight"}), "ERR_NOT_PRUNED");
  const Module frozen = core::Freeze(module, {}, false);
  EXPECT_CODE(core::Prune(frozen, Smallest({"a.weight"}, 0.5)), "ERR_FROZEN");
}

TEST(an_engine_shows_its_new_module_to_those_that_share_it) {
  const auto engine = std::make_shared<core::TorchScriptEngine>(Twins(), core::ExecutorMode::kOff);
  const auto shared = std::dynamic_pointer_cast<core::TorchScriptEngine>(engine->Share());
  const auto clone = engine->Clone();
  const core::Method& method = shared->FindMethod("forward");
  engine->Replace(core::Prune(engine->module(), Smallest({"a.weight"}, 0.5)));
  const auto run = [&](core::TorchScriptEngine& of) {
    return of.Run(of.FindMethod("forward"), {at::ones({1, 4})}).toTensor();
  };
  EXPECT(shared->Run(method, {at::ones({1, 4})}).toTensor().equal(run(*engine)));
  EXPECT(!run(*clone).equal(run(*engine)));
}

TEST(shrinking_moves_constants_into_the_next_bias) {
  Module module = Twins();
  const std::string other = EXPECT_CODE(core::Shrink(module), "ERR_NOT_SHRINKABLE");
  EXPECT_CONTAINS(other, "peek");
  Module chain("__torch__.Chain");
  chain.register_attribute("training", c10::BoolType::get(), false);
  chain.register_module("a", Layer("A"));
  chain.register_module("b", Layer("B"));
  chain.define("def forward(self, x):\n  return self.b.forward(torch.relu(self.a.forward(x)))\n");
  EXPECT_CONTAINS(EXPECT_CODE(core::Shrink(chain), "ERR_NOT_SHRINKABLE"), "no channel");
  core::PruningRequest request = Smallest({"a.weight"}, int64_t{3});
  request.method.kind = core::PruningMethod::Kind::kLnStructured;
  request.method.dim = 0;
  const Module pruned = core::Prune(chain, request);
  const core::ShrinkResult small = core::Shrink(pruned);
  EXPECT_EQ(small.shrunk.at(0).after, 1);
  EXPECT_EQ(small.module.attr("b").toModule().attr("weight").toTensor().size(1), 1);
  EXPECT(Run(small.module).allclose(Run(pruned)));
}

}  // namespace
}  // namespace libtorch_node::test

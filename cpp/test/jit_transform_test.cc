#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <utility>
#include <vector>

#include "core/jit/freeze.h"
#include "core/jit/graph_data.h"
#include "core/jit/saveable.h"
#include "core/jit/split.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using torch::jit::Module;

Module Linear(const std::string& name, double factor) {
  Module module("__torch__." + name);
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("weight", at::full({2, 2}, factor, c10::kFloat), false);
  module.define("def forward(self, x):\n  return x @ self.weight\n");
  return module;
}

/// Two layers in a container, one behind it; what goes in is added to what comes out.
Module Chain() {
  Module pair("__torch__.Pair");
  pair.register_attribute("training", c10::BoolType::get(), false);
  pair.register_module("a", Linear("A", 0.5));
  pair.register_module("b", Linear("B", 0.25));
  pair.define("def forward(self, x):\n  return self.b.forward(self.a.forward(x))\n");
  Module module("__torch__.Chain");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_attribute("scale", c10::FloatType::get(), 3.0);
  module.register_module("pair", pair);
  module.register_module("last", Linear("Last", 2.0));
  module.define(
      "def forward(self, x, shift: float = 1.0):\n"
      "  y = self.pair.forward(x) * self.scale + shift\n"
      "  return self.last.forward(y) + x\n"
      "def other(self, x):\n  return x + self.scale\n");
  return module;
}

at::Tensor Forward(const Module& module, std::vector<c10::IValue> inputs) {
  return module.get_method("forward")(std::move(inputs)).toTensor();
}

at::Tensor Input() { return at::arange(4).reshape({2, 2}).to(c10::kFloat); }

void ExpectSame(const core::SplitParts& parts, const Module& whole) {
  const auto middle = parts.head.get_method("forward")({Input()});
  EXPECT(parts.tail.get_method("forward")({middle}).toTensor().equal(Forward(whole, {Input()})));
}

TEST(freezing_copies_the_weights_and_keeps_what_is_asked_for) {
  const Module module = Chain();
  const at::Tensor before = Forward(module, {Input()});
  const Module frozen = core::Freeze(module, {"other", "scale"}, true);
  EXPECT(core::IsFrozen(core::Freeze(module, {}, true)));
  EXPECT(!core::IsFrozen(module));
  EXPECT(frozen.find_method("other").has_value());
  EXPECT(frozen.hasattr("scale"));
  EXPECT_EQ(frozen.parameters().size(), 0U);
  module.attr("last").toModule().attr("weight").toTensor().zero_();
  EXPECT(Forward(frozen, {Input()}).equal(before));
}

TEST(freezing_refuses_training_mode_and_missing_names) {
  Module module = Chain();
  EXPECT_CODE(core::Freeze(module, {"nope"}, true), "ERR_NO_ATTRIBUTE");
  EXPECT_CODE(core::OptimizeForInference(module, {"nope"}), "ERR_NO_METHOD");
  module.train();
  EXPECT_CODE(core::Freeze(module, {}, true), "ERR_TRAINING");
  EXPECT_CODE(core::OptimizeForInference(module, {}), "ERR_TRAINING");
}

TEST(optimizing_leaves_the_source_alone_also_when_it_is_frozen) {
  const Module frozen = core::Freeze(Chain(), {}, true);
  const std::string before = frozen.get_method("forward").graph()->toString(false);
  const Module fast = core::OptimizeForInference(frozen, {});
  EXPECT_EQ(frozen.get_method("forward").graph()->toString(false), before);
  EXPECT(Forward(fast, {Input()}).allclose(Forward(frozen, {Input()})));
  core::CheckSaveable(frozen);
}

TEST(halves_share_weights_and_have_only_their_own) {
  const Module module = Chain();
  const core::SplitParts parts = core::Split(module, "pair.b");
  ExpectSame(parts, module);
  EXPECT(parts.head.attr("pair").toModule().hasattr("a"));
  EXPECT(!parts.head.attr("pair").toModule().hasattr("b"));
  EXPECT(!parts.head.hasattr("last"));
  const auto last = parts.tail.attr("last").toModule();
  EXPECT(last._ivalue() == module.attr("last").toModule()._ivalue());
  EXPECT_CONTAINS(parts.head.type()->name()->qualifiedName(), "ChainHead");
}

TEST(every_cut_gives_the_same) {
  const Module module = Chain();
  for (const core::SplitPoint& point :
       {core::SplitPoint("pair.b"), core::SplitPoint("last"), core::SplitPoint(int64_t{1})}) {
    ExpectSame(core::Split(module, point), module);
  }
  const Module again = core::Split(module, "pair.b").tail;
  ExpectSame(core::SplitParts{core::Split(module, "last").head, core::Split(module, "last").tail},
             module);
  EXPECT(again.find_method("forward").has_value());
}

TEST(the_head_keeps_names_and_defaults_of_arguments) {
  const core::SplitParts parts = core::Split(Chain(), "last");
  const auto& arguments = parts.head.get_method("forward").function().getSchema().arguments();
  EXPECT_EQ(arguments[2].name(), "shift");
  EXPECT_EQ(arguments[2].default_value()->toDouble(), 1.0);
}

TEST(points_that_are_none_say_why) {
  const Module module = Chain();
  EXPECT_CONTAINS(EXPECT_CODE(core::Split(module, "nope"), "ERR_NOT_SPLITTABLE"), "pair, last");
  EXPECT_CONTAINS(EXPECT_CODE(core::Split(module, int64_t{2}), "ERR_OUT_OF_RANGE"), "from 1 to 1");
  const Module without = Define("def forward(self, x):\n  return x\n");
  EXPECT_CODE(core::Split(without, int64_t{1}), "ERR_NOT_SPLITTABLE");
  const Module native = Define("def other(self, x):\n  return x\n");
  EXPECT_CODE(core::Split(native, int64_t{1}), "ERR_NO_METHOD");
}

TEST(parts_stand_behind_the_gate_of_the_source) {
  const auto engine = std::make_shared<core::TorchScriptEngine>(Chain(), core::ExecutorMode::kOff);
  const auto part = engine->Part(core::Split(engine->module(), "last").head);
  EXPECT(part->gate() == engine->gate());
}

TEST(graphs_are_read_with_scopes_names_and_values) {
  const core::GraphData data = core::ReadGraph(Chain(), "forward", {});
  std::vector<std::string> scopes;
  for (const core::GraphNode& node : data.body.nodes) {
    if (node.kind == "aten::matmul") scopes.push_back(node.scope);
  }
  EXPECT_EQ(scopes.size(), 3U);
  EXPECT_EQ(scopes[0], "pair.a");
  EXPECT_EQ(scopes[2], "last");
  for (const core::GraphNode& node : data.body.nodes) {
    for (const core::GraphInput& input : node.inputs) EXPECT(input.value < data.values.size());
    EXPECT(node.kind != "prim::GetAttr" || node.target != "scale");
  }
  const core::GraphData calls = core::ReadGraph(Chain(), "forward", {false, false});
  EXPECT(calls.body.nodes.size() < data.body.nodes.size() + 10);
}

}  // namespace
}  // namespace libtorch_node::test

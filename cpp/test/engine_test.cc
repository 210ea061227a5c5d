#include "core/module/torchscript_engine.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <filesystem>

#include "core/module/load.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::ExecutorMode;
using core::TorchScriptEngine;

torch::jit::Module Nested() {
  torch::jit::Module inner("__torch__.___torch_mangle_3.Inner");
  inner.register_attribute("training", c10::BoolType::get(), true);
  inner.register_parameter("weight", Ones({2, 2}).set_requires_grad(true), false);
  inner.register_buffer("mean", at::zeros({2}));
  inner.register_buffer("batches", at::zeros({}, c10::kLong));
  inner.define("def forward(self, x):\n  return x @ self.weight + self.mean\n");
  torch::jit::Module module("__torch__.Outer");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("scale", c10::FloatType::get(), 2.0);
  module.register_attribute("flat", c10::ListType::create(c10::TensorType::get()),
                            c10::List<at::Tensor>({inner.attr("weight").toTensor().detach()}));
  module.register_module("inner", inner);
  module.define(
      "def forward(self, x, extra: int = 1):\n  return self.inner.forward(x) * self.scale + extra\n"
      "def from_list(self, x):\n  return x @ self.flat[0]\n");
  return module;
}

std::shared_ptr<TorchScriptEngine> NestedEngine(ExecutorMode executor = ExecutorMode::kOff) {
  return std::make_shared<TorchScriptEngine>(Nested(), executor);
}

float Sum(const std::shared_ptr<TorchScriptEngine>& engine) {
  return Run(engine, {Ones({1, 2}), 1}).toTensor().sum().item<float>();
}

TEST(every_executor_mode_gives_the_same_result) {
  for (const auto mode : {ExecutorMode::kOff, ExecutorMode::kSimple, ExecutorMode::kProfiling}) {
    const auto engine = NestedEngine(mode);
    for (int round = 0; round < 4; ++round) EXPECT_EQ(Sum(engine), 10.0F);
    EXPECT_EQ(Run(engine, {Ones({5, 2}), 1}).toTensor().numel(), 10);
  }
}

TEST(methods_are_listed_with_their_schemas) {
  const auto engine = NestedEngine();
  EXPECT_EQ(engine->methods().size(), 2U);
  const auto& forward = engine->FindMethod("forward");
  EXPECT_EQ(forward.schema->arguments().size(), 3U);
  EXPECT_EQ(forward.schema->arguments()[2].name(), "extra");
  EXPECT_CONTAINS(EXPECT_CODE(engine->FindMethod("frward"), "ERR_NO_METHOD"), "forward, from_list");
}

TEST(members_are_named_like_in_python) {
  const auto engine = NestedEngine();
  EXPECT_EQ(engine->TypeName(), "__torch__.Outer");
  EXPECT_EQ(engine->NamedParameters().size(), 1U);
  EXPECT_EQ(engine->NamedParameters()[0].first, "inner.weight");
  EXPECT(engine->NamedParameters()[0].second.requires_grad());
  EXPECT_EQ(engine->NamedBuffers().size(), 2U);
  EXPECT_EQ(engine->NamedBuffers()[0].first, "inner.mean");
  EXPECT_EQ(engine->NamedModules().size(), 2U);
  EXPECT_EQ(engine->NamedModules()[1].first, "inner");
  EXPECT_EQ(engine->NamedModules()[1].second, "__torch__.Inner");
  const auto attributes = engine->Attributes("");
  EXPECT_EQ(attributes.size(), 3U);
  EXPECT_EQ(attributes[1].first, "scale");
  EXPECT_EQ(attributes[1].second, "float");
  EXPECT_CODE(engine->Attributes("inner.none"), "ERR_NO_ATTRIBUTE");
}

TEST(attributes_are_read_and_written_by_their_qualified_names) {
  const auto engine = NestedEngine();
  EXPECT_EQ(engine->Attribute("scale").toDouble(), 2.0);
  EXPECT(engine->AttributeType("inner.mean")->kind() == c10::TypeKind::TensorType);
  engine->SetAttribute("scale", 3.0);
  EXPECT_EQ(Sum(engine), 14.0F);
  EXPECT_CODE(engine->SetAttribute("scale", "text"), "ERR_INVALID_ARG_TYPE");
  EXPECT_CODE(engine->Attribute("inner.none"), "ERR_NO_ATTRIBUTE");
  EXPECT_CODE(engine->Attribute("none.inner"), "ERR_NO_ATTRIBUTE");
  EXPECT_CODE(engine->SetAttribute("", 1), "ERR_NO_ATTRIBUTE");
}

TEST(parameters_are_given_out_themselves_other_tensors_share_memory_but_not_sizes) {
  const auto engine = NestedEngine();
  engine->NamedParameters()[0].second.detach().fill_(2);
  EXPECT_EQ(Sum(engine), 18.0F);
  const at::Tensor mean = engine->NamedBuffers()[0].second;
  mean.unsafeGetTensorImpl()->set_sizes_contiguous({1});
  EXPECT_EQ(Sum(engine), 18.0F);
  const at::Tensor weight = engine->NamedParameters()[0].second;
  EXPECT(weight.is_same(engine->Attribute("inner.weight").toTensor()));
  const at::Tensor listed = engine->Attribute("flat").toTensorList().get(0);
  EXPECT(!listed.storage().resizable());
}

TEST(training_is_switched_everywhere) {
  const auto engine = NestedEngine();
  EXPECT(engine->training());
  engine->Train(false);
  EXPECT(!engine->training());
  EXPECT(!engine->Attribute("inner.training").toBool());
}

TEST(a_state_dict_is_copied_in_by_name_and_shape) {
  const auto engine = NestedEngine();
  const at::Tensor before = engine->NamedParameters()[0].second;
  engine->LoadStateDict({{"inner.weight", Ones({2, 2}).mul(5)}, {"inner.mean", Ones({2})}});
  EXPECT_EQ(Sum(engine), 46.0F);
  EXPECT_EQ(before.detach().sum().item<float>(), 20.0F);
  EXPECT_CODE(engine->LoadStateDict({{"inner.wait", Ones({2})}}), "ERR_STATE_DICT");
  EXPECT_CONTAINS(EXPECT_CODE(engine->LoadStateDict(
                                  {{"inner.mean", Ones({9})}, {"inner.weight", Ones({2, 2})}}),
                              "ERR_STATE_DICT"),
                  "expected shape [2], got [9]");
  EXPECT_EQ(Sum(engine), 46.0F);
}

TEST(to_casts_floating_point_tensors_and_what_shares_their_memory) {
  const auto engine = NestedEngine();
  const at::Tensor before = engine->NamedParameters()[0].second;
  engine->To(std::nullopt, c10::kDouble, false);
  EXPECT(before.scalar_type() == c10::kFloat);
  EXPECT(engine->NamedParameters()[0].second.scalar_type() == c10::kDouble);
  EXPECT(engine->NamedParameters()[0].second.requires_grad());
  EXPECT(engine->NamedBuffers()[0].second.scalar_type() == c10::kDouble);
  EXPECT(engine->NamedBuffers()[1].second.scalar_type() == c10::kLong);
  const at::Tensor listed = engine->Attribute("flat").toTensorList().get(0);
  EXPECT(listed.is_alias_of(engine->NamedParameters()[0].second));
  EXPECT_EQ(
      Run(engine, {Ones({1, 2}).to(c10::kDouble)}, "from_list").toTensor().sum().item<double>(),
      4.0);
  EXPECT_CODE(engine->To(std::nullopt, c10::kInt, false), "ERR_INVALID_ARG_VALUE");
  EXPECT_CODE(engine->To(c10::Device(c10::kCUDA, 99), std::nullopt, false),
              "ERR_DEVICE_UNAVAILABLE");
  engine->To(c10::Device(c10::kCPU), std::nullopt, false);
  EXPECT(engine->NamedParameters()[0].second.scalar_type() == c10::kDouble);
}

TEST(a_clone_has_weights_of_its_own) {
  const auto engine = NestedEngine();
  const auto clone = engine->Clone();
  engine->NamedParameters()[0].second.detach().fill_(0);
  EXPECT_EQ(Sum(engine), 2.0F);
  EXPECT_EQ(Sum(clone), 10.0F);
  EXPECT(clone->gate() != engine->gate());
}

TEST(graph_and_code_are_shown) {
  const auto engine = NestedEngine();
  EXPECT_CONTAINS(engine->Graph("forward", false), "prim::CallMethod[name=\"forward\"]");
  EXPECT(engine->Graph("forward", true).find("prim::CallMethod") == std::string::npos);
  EXPECT_CONTAINS(engine->Code("forward"), "def forward(self");
  EXPECT_CODE(engine->Code("none"), "ERR_NO_METHOD");
}

TEST(a_saved_module_comes_back) {
  const auto engine = NestedEngine();
  const std::string bytes = engine->ToBytes({{"labels.txt", "cat"}});
  core::Source source;
  source.data = bytes.data();
  source.size = bytes.size();
  auto loaded = core::Load(source, {});
  EXPECT_EQ(loaded.extra_files["labels.txt"], "cat");
  EXPECT_EQ(Sum(std::dynamic_pointer_cast<TorchScriptEngine>(loaded.engine)), 10.0F);
  const TemporaryFile file("");
  engine->Save(file.path(), {});
  source = {};
  source.path = file.path();
  EXPECT_EQ(Sum(std::dynamic_pointer_cast<TorchScriptEngine>(core::Load(source, {}).engine)),
            10.0F);
  EXPECT_CODE(engine->Save("/no/such/folder/m.pt", {}), "ERR_SAVE_FAILED");
}

}  // namespace
}  // namespace libtorch_node::test

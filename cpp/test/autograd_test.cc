#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <array>
#include <thread>
#include <vector>

#include "core/autograd/backward.h"
#include "core/autograd/grad_scope.h"
#include "core/autograd/graph_alias.h"
#include "core/autograd/parameter.h"
#include "core/autograd/trainable.h"
#include "core/module/call_inputs.h"
#include "core/ops/operator_set.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::ExecutorMode;
using core::GradMode;
using core::GradScope;
using core::GradState;
using core::RunPlace;

at::Tensor Leaf(at::IntArrayRef sizes) { return at::ones(sizes).set_requires_grad(true); }

/// y = x * weight, with control flow and a fork.
torch::jit::Module Learner(bool training) {
  torch::jit::Module module("__torch__.Learner");
  module.register_attribute("training", c10::BoolType::get(), training);
  module.register_parameter("weight", Leaf({2}), false);
  module.define(R"(
def scale(self, x: Tensor) -> Tensor:
  return x * self.weight
def forward(self, x: Tensor) -> Tensor:
  y = x
  for i in range(3):
    if i < 2:
      y = self.scale(y)
    else:
      y = y + self.weight
  return y
def forked(self, x: Tensor):
  return fork(self.scale, x)
def itself(self):
  return self.weight
def turned(self, x: Tensor):
  return x.t_()
)",
                MakeResolver());
  return module;
}

std::shared_ptr<core::TorchScriptEngine> LearnerEngine(bool training,
                                                       ExecutorMode executor = ExecutorMode::kOff) {
  return std::make_shared<core::TorchScriptEngine>(Learner(training), executor);
}

float First(const at::Tensor& tensor) { return tensor[0].item<float>(); }

TEST(scopes_set_the_mode_of_the_thread_and_restore_it) {
  EXPECT(core::GradStateOfCall(false) == GradState::kIfTraining);
  EXPECT(core::GradStateOfCall(true) == GradState::kGrad);
  {
    const GradScope off(GradMode::kNoGrad);
    EXPECT(!core::IsGradEnabled() && core::GradStateOfCall(true) == GradState::kInference);
    {
      const GradScope on(GradMode::kEnabled);
      EXPECT(core::IsGradEnabled() && core::GradStateOfCall(false) == GradState::kGrad);
    }
    EXPECT(!core::IsGradEnabled());
  }
  {
    const GradScope inference(GradMode::kInference);
    EXPECT(core::IsInferenceModeEnabled() && at::ones({1}).is_inference());
    const GradScope off(GradMode::kNoGrad);
    EXPECT(core::IsInferenceModeEnabled());
  }
  EXPECT(core::IsGradEnabled() && !core::IsInferenceModeEnabled());
  EXPECT(core::GradStateOfCall(false) == GradState::kIfTraining);
}

TEST(runs_record_in_training_mode_in_every_executor_mode) {
  for (const auto mode : {ExecutorMode::kOff, ExecutorMode::kSimple, ExecutorMode::kProfiling}) {
    const auto engine = LearnerEngine(true, mode);
    const at::Tensor weight = engine->Parameters()[0];
    for (int round = 0; round < 4; ++round) {
      // d/dw of x w^2 + w at 1 is 2 x + 1.
      const at::Tensor y = Run(engine, {Ones({2})}, "forward", GradState::kIfTraining).toTensor();
      core::Backward({y.sum()}, {}, {}, {});
      EXPECT_EQ(First(weight.grad()), 3.0F * static_cast<float>(round + 1));
    }
    const at::Tensor inferred =
        Run(engine, {Ones({2})}, "forward", GradState::kInference).toTensor();
    EXPECT(!inferred.requires_grad());
    engine->ZeroGrad(false);
    EXPECT_EQ(First(weight.grad()), 0.0F);
    engine->ZeroGrad(true);
    EXPECT(!weight.grad().defined());
  }
}

TEST(runs_record_nothing_in_evaluation_mode) {
  const auto engine = LearnerEngine(false);
  EXPECT(!Run(engine, {Ones({2})}, "forward", GradState::kIfTraining).toTensor().requires_grad());
  EXPECT(Run(engine, {Ones({2})}, "forward", GradState::kGrad).toTensor().requires_grad());
}

TEST(forks_record_too) {
  const auto engine = LearnerEngine(true);
  const at::Tensor y = Run(engine, {Ones({2})}, "forked", GradState::kIfTraining).toTensor();
  core::Backward({y.sum()}, {}, {}, {});
  EXPECT_EQ(First(engine->Parameters()[0].grad()), 1.0F);
}

TEST(an_engine_that_was_shared_from_elsewhere_records_nothing) {
  const auto owner = LearnerEngine(true);
  const auto claimed = std::dynamic_pointer_cast<core::TorchScriptEngine>(owner->Share());
  const auto run = [&](GradState grad) {
    return Run(claimed, {Ones({2})}, "forward", grad).toTensor();
  };
  EXPECT(!run(GradState::kIfTraining).requires_grad());
  EXPECT_CODE(run(GradState::kGrad), "ERR_NOT_TRAINABLE");
  EXPECT_CODE(claimed->ZeroGrad(true), "ERR_NOT_TRAINABLE");
  EXPECT(!claimed->Parameters()[0].is_same(owner->Parameters()[0]));
  const auto copy = claimed->Clone();
  const at::Tensor weight = copy->Parameters()[0];
  EXPECT(copy->OwnsGradients() && weight.is_leaf() && weight.requires_grad());
}

TEST(parameters_keep_their_sizes_whatever_operators_do) {
  const auto engine = LearnerEngine(true);
  const at::Tensor weight = engine->Parameters()[0];
  EXPECT(core::IsParameter(weight) && weight.is_same(engine->NamedParameters()[0].second));
  EXPECT(!core::IsParameter(weight.detach()) && !core::IsParameter(weight.clone()));
  const auto call = [&](const std::string& name, torch::jit::Stack stack) {
    auto set = core::FindOperators(name);
    core::CallOperator(set.overloads.front(), stack);
  };
  const at::NoGradGuard no_grad;
  EXPECT_CODE(call("aten::t_", {weight}), "ERR_NOT_RESIZABLE");
  EXPECT_CODE(call("aten::unsqueeze_", {weight, 0}), "ERR_NOT_RESIZABLE");
  EXPECT_CODE(call("aten::set_", {weight}), "ERR_NOT_RESIZABLE");
  EXPECT_CODE(call("aten::set_data", {weight, at::zeros({3})}), "ERR_NOT_RESIZABLE");
  EXPECT_CODE(call("aten::add.out", {weight, weight, 1, weight}), "ERR_NOT_RESIZABLE");
  call("aten::mul_.Scalar", {weight, 2});
  EXPECT_EQ(First(weight), 2.0F);
  call("aten::t_", {weight.detach()});
  EXPECT_EQ(weight.dim(), 1);
}

TEST(a_run_gets_its_own_tensor_in_place_of_a_parameter) {
  const auto engine = LearnerEngine(true);
  const at::Tensor weight = engine->Parameters()[0];
  torch::jit::Stack inputs{weight, at::ones({2})};
  const at::Tensor other = inputs[1].toTensor();
  EXPECT(core::PrepareInputs(inputs, RunPlace::kHere) == GradState::kGrad);
  EXPECT(!inputs[0].toTensor().is_same(weight) && inputs[1].toTensor().is_same(other));
  core::Backward({inputs[0].toTensor().sum()}, {}, {}, {});
  EXPECT_EQ(First(weight.grad()), 1.0F);
}

TEST(gradients_flow_through_aliases_from_another_thread) {
  const at::Tensor leaf = Leaf({2});
  const at::Tensor middle = leaf.mul(3);
  torch::jit::Stack inputs{middle, c10::List<at::Tensor>({leaf})};
  EXPECT(core::PrepareInputs(inputs, RunPlace::kElsewhere) == GradState::kGrad);
  at::Tensor loss;
  std::thread([&] {
    loss = (inputs[0].toTensor().mul(inputs[1].toTensorList().get(0))).sum();
  }).join();
  core::Backward({loss}, {}, {}, {});
  EXPECT_EQ(First(leaf.grad()), 6.0F);
}

TEST(an_alias_notices_that_its_values_were_changed) {
  const at::Tensor leaf = Leaf({2});
  const at::Tensor middle = leaf.mul(3);
  const at::Tensor alias = core::GraphAlias(middle);
  const at::Tensor loss = alias.mul(alias).sum();
  middle.detach().add_(1);
  try {
    core::Backward({loss}, {}, {}, {});
    EXPECT(false);
  } catch (const std::exception& error) {
    EXPECT_CONTAINS(error.what(), "modified by an inplace operation");
  }
}

TEST(threads_record_on_one_parameter_at_once) {
  const auto engine = LearnerEngine(true);
  std::array<at::Tensor, 4> losses;
  std::vector<std::thread> threads;
  for (at::Tensor& loss : losses) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        loss = Run(engine, {Ones({2})}, "forward", GradState::kIfTraining).toTensor().sum();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const at::Tensor& loss : losses) core::Backward({loss}, {}, {}, {});
  EXPECT_EQ(First(engine->Parameters()[0].grad()), 12.0F);
}

TEST(a_deep_graph_goes_without_recursion) {
  const at::Tensor leaf = Leaf({1});
  at::Tensor deep = leaf;
  for (int i = 0; i < 200'000; ++i) deep = core::GraphAlias(deep);
  deep = at::Tensor();
  at::Tensor again = leaf;
  for (int i = 0; i < 20'000; ++i) again = core::GraphAlias(again);
  core::Backward({again}, {}, {}, {});
  EXPECT_EQ(First(leaf.grad()), 1.0F);
}

TEST(a_gradient_must_fit_its_tensor) {
  const at::Tensor leaf = Leaf({2});
  EXPECT_CODE(core::SetGradient(leaf, at::ones({3})), "ERR_SHAPE_MISMATCH");
  EXPECT_CODE(core::SetGradient(leaf, at::ones({2}, c10::kDouble)), "ERR_INVALID_ARG_TYPE");
  EXPECT_CODE(core::SetGradient(leaf, leaf), "ERR_INVALID_ARG_VALUE");
  core::SetGradient(leaf, at::ones({2}));
  EXPECT_EQ(First(leaf.grad()), 1.0F);
  core::SetGradient(leaf, at::Tensor());
  EXPECT(!leaf.grad().defined());
  EXPECT_CODE(core::Backward({leaf.mul(2)}, {at::ones({3})}, {}, {}), "ERR_SHAPE_MISMATCH");
  EXPECT_CODE(core::Backward({leaf.mul(2)}, {at::ones({2}), at::ones({2})}, {}, {}), "ERR_VALUE");
}

TEST(only_modules_that_training_mode_changes_may_train) {
  core::RequireTrainable(Learner(false));
  core::RequireTrainable(
      Define("def forward(self, x):\n  return torch.dropout(x, 0.5, self.training)"));
  EXPECT_CODE(core::RequireTrainable(torch::jit::Module("__torch__.Frozen")), "ERR_NOT_TRAINABLE");
  const auto traced = Define("def forward(self, x):\n  return torch.dropout(x, 0.5, False)");
  EXPECT_CONTAINS(EXPECT_CODE(core::RequireTrainable(traced), "ERR_NOT_TRAINABLE"),
                  "aten::dropout");
  core::RequireTrainable(Define("def forward(self, x):\n  return torch.dropout(x, 0.0, False)"));
}

TEST(a_module_that_reshapes_its_parameters_gives_aliases) {
  torch::jit::Module module("__torch__.Reshaping");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("weight", Leaf({2, 3}), false);
  module.define("def forward(self, x):\n  self.weight.t_()\n  return x\n");
  const core::TorchScriptEngine engine(module, ExecutorMode::kOff);
  EXPECT(!engine.Parameters()[0].is_same(module.attr("weight").toTensor()));
}

}  // namespace
}  // namespace libtorch_node::test

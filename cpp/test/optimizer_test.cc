#include "core/optim/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <cmath>

#include "test/check.h"

namespace libtorch_node::test {
namespace {

using core::Optimizer;
using core::OptimizerKind;
using core::OptimizerOptions;

at::Tensor Leaf() {
  const at::Tensor leaf = at::ones({2}).set_requires_grad(true);
  leaf.mutable_grad() = at::ones({2});
  return leaf;
}

float First(const at::Tensor& tensor) { return tensor[0].item<float>(); }

TEST(sgd_steps_against_the_gradient_and_keeps_its_momentum) {
  const at::Tensor leaf = Leaf();
  Optimizer optimizer(OptimizerKind::kSgd);
  optimizer.AddGroup({leaf});
  OptimizerOptions options;
  options.lr = 0.25;
  options.momentum = 0.5;
  optimizer.Step({options});
  EXPECT_EQ(First(leaf), 0.75F);
  optimizer.Step({options});
  EXPECT_EQ(First(leaf), 0.375F);
  EXPECT(leaf.is_leaf() && leaf.requires_grad());
}

TEST(adam_first_steps_by_its_learning_rate) {
  for (const bool amsgrad : {false, true}) {
    const at::Tensor leaf = Leaf();
    Optimizer optimizer(OptimizerKind::kAdam);
    optimizer.AddGroup({leaf});
    OptimizerOptions options;
    options.lr = 0.5;
    options.amsgrad = amsgrad;
    optimizer.Step({options});
    EXPECT(std::abs(First(leaf) - 0.5F) < 1e-6F);
    EXPECT_EQ(optimizer.groups()[0][0].step, 1.0);
    EXPECT_EQ(optimizer.groups()[0][0].max_exp_avg_sq.defined(), amsgrad);
  }
}

TEST(parameters_without_a_gradient_stay_as_they_are) {
  const at::Tensor leaf = Leaf();
  leaf.mutable_grad().reset();
  Optimizer optimizer(OptimizerKind::kAdam);
  optimizer.AddGroup({leaf});
  optimizer.Step({OptimizerOptions()});
  EXPECT_EQ(First(leaf), 1.0F);
  EXPECT_EQ(optimizer.groups()[0][0].step, 0.0);
}

TEST(only_leaves_can_be_optimized_and_each_once) {
  Optimizer optimizer(OptimizerKind::kSgd);
  const at::Tensor leaf = Leaf();
  EXPECT_CODE(optimizer.AddGroup({}), "ERR_NOT_TRAINABLE");
  EXPECT_CODE(optimizer.AddGroup({leaf.mul(2)}), "ERR_NOT_LEAF");
  EXPECT_CODE(optimizer.AddGroup({leaf, leaf}), "ERR_VALUE");
  optimizer.AddGroup({leaf});
  EXPECT_CODE(optimizer.AddGroup({leaf}), "ERR_VALUE");
  const c10::InferenceMode on;
  EXPECT_CODE(optimizer.AddGroup({at::ones({2})}), "ERR_INFERENCE_TENSOR");
}

TEST(a_state_is_copied_and_must_fit) {
  Optimizer optimizer(OptimizerKind::kSgd);
  const at::Tensor leaf = Leaf();
  optimizer.AddGroup({leaf});
  core::OptimizedParameter& parameter = optimizer.groups()[0][0];
  core::OptimizedParameter state;
  state.momentum_buffer = at::ones({3});
  EXPECT_CODE(parameter.Load(state), "ERR_STATE_DICT");
  EXPECT(!parameter.momentum_buffer.defined());
  state.momentum_buffer = at::ones({2}, c10::kDouble);
  parameter.Load(state);
  EXPECT(parameter.momentum_buffer.scalar_type() == c10::kFloat);
  EXPECT(!parameter.momentum_buffer.is_alias_of(state.momentum_buffer));
  EXPECT(parameter.parameter.is_same(leaf));
}

TEST(gradients_are_forgotten_or_zeroed) {
  Optimizer optimizer(OptimizerKind::kSgd);
  const at::Tensor leaf = Leaf();
  optimizer.AddGroup({leaf});
  optimizer.ZeroGrad(false);
  EXPECT_EQ(First(leaf.grad()), 0.0F);
  optimizer.ZeroGrad(true);
  EXPECT(!leaf.grad().defined());
}

}  // namespace
}  // namespace libtorch_node::test

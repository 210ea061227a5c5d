#include "core/module/run_request.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>

#include <thread>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::ExecutorMode;
using core::GradState;
using core::RunScope;

TEST(futures_are_awaited_wherever_they_stand) {
  const auto engine = DefineEngine(R"(
def worker(self, x: Tensor) -> Tensor:
  return x + 1
def forward(self, x: Tensor):
  return fork(self.worker, x)
def nested(self, x: Tensor):
  return (fork(self.worker, x), [fork(self.worker, x)], {"a": fork(self.worker, x)}, 7)
def twice(self, x: Tensor):
  return fork(self.forward, x)
)");
  const auto value = [](const c10::IValue& result) { return result.toTensor().item<float>(); };
  EXPECT_EQ(value(Run(engine, {Ones({1})})), 2.0F);
  EXPECT_EQ(value(Run(engine, {Ones({1})}, "twice")), 2.0F);
  const c10::IValue nested = Run(engine, {Ones({1})}, "nested");
  const auto& elements = nested.toTupleRef().elements();
  EXPECT_EQ(value(elements[0]), 2.0F);
  EXPECT_EQ(value(elements[1].toList().get(0)), 2.0F);
  EXPECT_EQ(value(elements[2].toGenericDict().at("a")), 2.0F);
  EXPECT_EQ(elements[3].toInt(), 7);
  EXPECT(!elements[0].toTensor().is_inference());
}

TEST(a_failure_in_a_fork_is_the_runs_failure) {
  const auto engine = DefineEngine(R"(
def worker(self, x: Tensor) -> Tensor:
  return x @ x
def forward(self, x: Tensor):
  return fork(self.worker, x)
)");
  try {
    Run(engine, {Ones({2, 3})});
    EXPECT(false);
  } catch (const std::exception& error) {
    EXPECT_CONTAINS(error.what(), "mat1 and mat2");
  }
}

TEST(outputs_are_normal_tensors_in_every_grad_state) {
  const auto engine =
      DefineEngine("def forward(self, x):\n  return [x * 2], {'a': (x, None)}, x.shape");
  for (const auto grad : {GradState::kInference, GradState::kNoGrad, GradState::kGrad}) {
    const at::Tensor input = Ones({2}).set_requires_grad(true);
    const c10::IValue result = Run(engine, {input}, "forward", grad);
    const at::Tensor output = result.toTupleRef().elements()[0].toTensorList().get(0);
    EXPECT(!output.is_inference());
    EXPECT_EQ(output.requires_grad(), grad == GradState::kGrad);
  }
}

TEST(a_run_scope_sets_the_threads_state_and_restores_it) {
  std::thread([] {
    EXPECT(c10::GradMode::is_enabled());
    {
      const RunScope scope(ExecutorMode::kOff, GradState::kInference);
      EXPECT(c10::InferenceMode::is_enabled() && !c10::GradMode::is_enabled());
      EXPECT(!torch::jit::getGraphExecutorOptimize());
      {
        const RunScope nested(ExecutorMode::kProfiling, GradState::kGrad);
        EXPECT(!c10::InferenceMode::is_enabled() && c10::GradMode::is_enabled());
        EXPECT(torch::jit::getGraphExecutorOptimize());
      }
      {
        const RunScope nested(ExecutorMode::kSimple, GradState::kNoGrad);
        EXPECT(!c10::InferenceMode::is_enabled() && !c10::GradMode::is_enabled());
      }
      EXPECT(c10::InferenceMode::is_enabled());
    }
    EXPECT(c10::GradMode::is_enabled() && torch::jit::getGraphExecutorOptimize());
  }).join();
}

TEST(none_and_strings_pass_through) {
  const auto engine =
      DefineEngine("def forward(self, x: Optional[str]) -> Optional[str]:\n  return x");
  EXPECT(Run(engine, {c10::IValue()}).isNone());
  const std::string text("\xD1\x84\0z", 4);
  EXPECT_EQ(Run(engine, {text}).toStringRef(), text);
}

}  // namespace
}  // namespace libtorch_node::test

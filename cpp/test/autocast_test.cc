#include "core/runtime/autocast.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>

#include <thread>

#include "core/module/run_request.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::AutocastScope;
using core::AutocastState;

AutocastState Lower(c10::ScalarType dtype) {
  AutocastState state = core::CurrentAutocast();
  state.cpu = {true, dtype};
  return state;
}

c10::ScalarType ProductType() {
  return at::matmul(at::ones({2, 2}), at::ones({2, 2})).scalar_type();
}

TEST(an_autocast_scope_holds_for_its_thread_until_it_ends) {
  {
    const AutocastScope outer(Lower(at::kBFloat16));
    EXPECT_EQ(ProductType(), at::kBFloat16);
    {
      const AutocastScope inner(Lower(at::kHalf));
      EXPECT_EQ(ProductType(), at::kHalf);
    }
    EXPECT_EQ(ProductType(), at::kBFloat16);
    c10::ScalarType elsewhere = at::kBFloat16;
    std::thread([&elsewhere] { elsewhere = ProductType(); }).join();
    EXPECT_EQ(elsewhere, at::kFloat);
  }
  EXPECT_EQ(ProductType(), at::kFloat);
  EXPECT(!core::ActiveAutocast().has_value());
}

TEST(a_run_takes_its_autocast_along) {
  const auto engine = DefineEngine("def forward(self, x: Tensor):\n  return x @ x\n");
  core::RunRequest request;
  request.engine = engine;
  request.method = &engine->FindMethod("forward");
  request.inputs = {Ones({2, 2})};
  request.autocast = Lower(at::kBFloat16);
  c10::IValue result;
  std::thread([&] { result = core::Execute(std::move(request)); }).join();
  EXPECT_EQ(result.toTensor().scalar_type(), at::kBFloat16);
  EXPECT_EQ(Run(engine, {Ones({2, 2})}).toTensor().scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace libtorch_node::test

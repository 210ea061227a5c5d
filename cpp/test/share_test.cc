#include <ATen/ops/zeros.h>

#include <atomic>
#include <thread>

#include "core/runtime/pool.h"
#include "core/runtime/shared_table.h"
#include "test/check.h"
#include "test/modules.h"
#include "test/tasks.h"

namespace libtorch_node::test {
namespace {

using core::Engine;
using core::Gate;
using core::TorchScriptEngine;

/// Remembers its inputs' sum in an attribute, a list, a dict and a buffer.
std::shared_ptr<TorchScriptEngine> Stateful() {
  torch::jit::Module inner("__torch__.Inner");
  inner.register_attribute("total", c10::TensorType::get(), at::zeros({1}));
  inner.register_attribute("seen", c10::ListType::create(c10::TensorType::get()),
                           c10::List<at::Tensor>());
  inner.register_attribute("calls",
                           c10::DictType::create(c10::StringType::get(), c10::IntType::get()),
                           c10::Dict<std::string, int64_t>());
  inner.register_parameter("weight", Ones({4}), false);
  inner.register_buffer("cache", at::zeros({4}));
  inner.define(R"(
def forward(self, x: Tensor) -> Tensor:
  self.total = self.total + (x * self.weight).sum()
  self.seen.append(x)
  if len(self.seen) > 3:
    self.seen.clear()
  self.calls["n"] = self.calls.get("n", 0) + 1
  self.cache.add_(x)
  return self.total + self.cache.sum()
)");
  torch::jit::Module module("__torch__.Outer");
  module.register_module("inner", inner);
  module.register_module("again", inner);
  module.define(
      "def forward(self, x: Tensor) -> Tensor:\n  return self.inner.forward(x)\n"
      "def count(self) -> int:\n  return self.again.calls.get(\"n\", 0)\n");
  return std::make_shared<TorchScriptEngine>(module, core::ExecutorMode::kOff);
}

float Step(const std::shared_ptr<Engine>& engine) {
  return Run(engine, {Ones({4})}).toTensor().item<float>();
}

TEST(sharing_a_stateless_module_shares_the_object) {
  const auto engine = DefineEngine("def forward(self, x):\n  return x + 1");
  const auto shared = std::dynamic_pointer_cast<TorchScriptEngine>(engine->Share());
  EXPECT(shared->module() == engine->module());
  EXPECT(shared->gate() == engine->gate());
  EXPECT_EQ(shared->Admission(shared->FindMethod("forward")).lane, Gate::kNoLane);
}

TEST(sharing_a_stateful_module_gives_own_attributes_over_the_same_weights) {
  const auto engine = Stateful();
  EXPECT(engine->FindMethod("forward").stateful);
  EXPECT(engine->FindMethod("count").stateful);  // it reads what forward assigns
  EXPECT_EQ(Step(engine), 8.0F);
  const auto shared = std::dynamic_pointer_cast<TorchScriptEngine>(engine->Share());
  EXPECT(shared->gate() == engine->gate());
  EXPECT(shared->lane() != engine->lane());
  EXPECT(shared->Admission(shared->FindMethod("forward")).lane == shared->lane());
  EXPECT_EQ(Step(shared), 16.0F);
  EXPECT_EQ(Step(shared), 24.0F);
  EXPECT_EQ(Step(engine), 16.0F);
  EXPECT_EQ(Run(engine, {}, "count").toInt(), 2);
  EXPECT_EQ(Run(shared, {}, "count").toInt(), 3);
  const auto weight = engine->NamedParameters()[0].second;
  EXPECT(weight.is_alias_of(shared->NamedParameters()[0].second));
}

TEST(stateful_modules_shared_by_many_threads_keep_their_states_apart) {
  const auto engine = Stateful();
  const auto pool = core::Pool::Create({4, 1});
  constexpr int kCopies = 8;
  constexpr int kRuns = 200;
  std::vector<std::shared_ptr<Engine>> engines{engine};
  while (engines.size() < kCopies) engines.push_back(engine->Share());
  std::vector<std::atomic<float>> last(kCopies);
  Countdown countdown(kCopies * kRuns);
  std::vector<std::thread> threads;
  for (int i = 0; i < kCopies; ++i) {
    threads.emplace_back([&, i] {
      const auto& own = engines[i];
      for (int run = 0; run < kRuns; ++run) {
        own->gate()->Submit(
            MakeTask([&, i] { last[i] = Step(engines[i]); }, [&] { countdown.Done(); }),
            own->Admission(own->FindMethod("forward")), pool);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  countdown.Wait();
  for (const auto& value : last) EXPECT_EQ(value.load(), 8.0F * kRuns);
}

TEST(tokens_are_unguessable_and_end_when_they_are_revoked) {
  const at::Tensor tensor = Ones({2});
  const std::string token = core::ShareTensor(tensor);
  EXPECT_EQ(token.size(), 32U);
  EXPECT(token != core::ShareTensor(tensor));
  EXPECT(core::ClaimTensor(token).is_alias_of(tensor));
  EXPECT(!core::ClaimTensor(token).is_same(tensor));
  EXPECT_CODE(core::ClaimEngine(token), "ERR_SHARE_REVOKED");
  core::Revoke(token);
  core::Revoke(token);
  EXPECT_CODE(core::ClaimTensor(token), "ERR_SHARE_REVOKED");
  const auto engine = Stateful();
  const std::string shared = core::ShareEngine(engine);
  EXPECT(core::ClaimEngine(shared) == engine);
  core::Revoke(shared);
}

}  // namespace
}  // namespace libtorch_node::test

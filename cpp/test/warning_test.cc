#include "core/runtime/warning.h"

#include <mutex>
#include <thread>
#include <vector>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::CurrentWarningSink;
using core::WarningScope;

class Recorder final : public core::WarningSink {
 public:
  void Warn(const std::string& message, const std::string& category) noexcept override {
    const std::lock_guard lock(mutex_);
    entries_.push_back(category + ": " + message);
  }
  std::vector<std::string> entries() {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> entries_;
};

TEST(warnings_go_to_the_innermost_scope_and_nesting_restores) {
  const auto outer = std::make_shared<Recorder>();
  const auto inner = std::make_shared<Recorder>();
  EXPECT(CurrentWarningSink() == nullptr);
  {
    const WarningScope scope(outer);
    TORCH_WARN("one");
    {
      const WarningScope nested(inner);
      EXPECT(CurrentWarningSink() == inner);
      TORCH_WARN_DEPRECATION("two");
    }
    EXPECT(CurrentWarningSink() == outer);
    TORCH_WARN("three");
  }
  EXPECT(CurrentWarningSink() == nullptr);
  EXPECT_EQ(outer->entries().size(), 2U);
  EXPECT_EQ(outer->entries()[0], "UserWarning: one");
  EXPECT_EQ(inner->entries().size(), 1U);
  EXPECT_EQ(inner->entries()[0], "DeprecationWarning: two");
}

TEST(each_thread_has_its_own_sink) {
  std::vector<std::shared_ptr<Recorder>> recorders;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    recorders.push_back(std::make_shared<Recorder>());
    threads.emplace_back([sink = recorders.back(), i] {
      const WarningScope scope(sink);
      for (int round = 0; round < 100; ++round) TORCH_WARN("thread ", i);
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(recorders[i]->entries().size(), 100U);
    EXPECT_EQ(recorders[i]->entries()[99], "UserWarning: thread " + std::to_string(i));
  }
}

TEST(warnings_of_forked_calls_reach_the_sink_of_the_run) {
  const auto engine = DefineEngine(R"(
def worker(self, x: Tensor) -> Tensor:
  torch.warn("from a fork")
  return x + 1
def forward(self, x: Tensor) -> Tensor:
  return torch.wait(fork(self.worker, x))
)");
  const auto recorder = std::make_shared<Recorder>();
  {
    const WarningScope scope(recorder);
    EXPECT_EQ(Run(engine, {Ones({1})}).toTensor().item<float>(), 2.0F);
  }
  EXPECT_EQ(recorder->entries().size(), 1U);
  EXPECT_CONTAINS(recorder->entries()[0], "from a fork");
}

}  // namespace
}  // namespace libtorch_node::test

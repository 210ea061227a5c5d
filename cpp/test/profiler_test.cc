#include "core/runtime/profiler.h"

#include <ATen/ops/add.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>

#include <thread>

#include "core/error.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::Profile;
using core::ProfiledThread;
using core::ProfileEvent;

const ProfileEvent* Find(const Profile& profile, const std::string& name) {
  for (const ProfiledThread& thread : profile.threads) {
    for (const ProfileEvent& event : thread.events) {
      if (event.name == name) return &event;
    }
  }
  return nullptr;
}

TEST(a_profile_has_the_calls_of_all_threads_and_their_shapes) {
  const at::Tensor x = at::ones({2, 3});
  core::StartProfile({.shapes = true, .memory = true});
  at::matmul(x, x.t());
  std::thread([&x] { at::add(x, x); }).join();
  const Profile profile = core::StopProfile();
  EXPECT_EQ(profile.threads.size(), 2U);
  EXPECT_EQ(profile.threads[0].is_caller, true);
  const ProfileEvent* product = Find(profile, "aten::matmul");
  const ProfileEvent* sum = Find(profile, "aten::add");
  EXPECT(product != nullptr && sum != nullptr);
  EXPECT_EQ(sum->shapes, "[[2,3],[2,3],[]]");
  EXPECT_EQ(sum->bytes, 24);
  EXPECT(product->end_ns >= product->start_ns && product->start_ns >= profile.start_ns);
}

TEST(one_profile_at_a_time_and_none_left_behind) {
  core::StartProfile({});
  try {
    core::StartProfile({});
    EXPECT(false);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), "ERR_PROFILE_ACTIVE");
  }
  core::StopProfile();
  at::add(at::ones({1}), at::ones({1}));
  EXPECT(core::StopProfile().threads.empty());
  core::StartProfile({.most_events = 1});
  at::add(at::ones({1}), at::ones({1}));
  EXPECT(core::StopProfile().dropped > 0);
}

TEST(runs_are_named_by_module_and_method) {
  const auto engine = DefineEngine("def forward(self, x: Tensor):\n  return x + 1\n");
  core::StartProfile({});
  Run(engine, {Ones({1})});
  const Profile profile = core::StopProfile();
  bool found = false;
  for (const ProfileEvent& event : profile.threads.at(0).events) {
    found |= event.kind == core::ProfileKind::kSpan && event.name.ends_with(".forward");
  }
  EXPECT(found);
}

}  // namespace
}  // namespace libtorch_node::test

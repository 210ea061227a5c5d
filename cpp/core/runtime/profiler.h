#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libtorch_node::core {

struct ProfileOptions {
  bool shapes = false;
  bool memory = false;
  /// What CUDA devices do; then Start and Stop are to be called on one thread.
  bool cuda = false;
  /// Beyond it, events are counted and dropped.
  std::size_t most_events = 1'000'000;
};

enum class ProfileKind : uint8_t { kOperator, kBackward, kScript, kSpan, kKernel };

/// One call, in the order in which calls began on their thread.
struct ProfileEvent {
  std::string name;
  ProfileKind kind = ProfileKind::kOperator;
  int64_t start_ns = 0;  // steady clock
  int64_t end_ns = 0;
  int64_t sequence = -1;  // joins an operator with its backward; -1: none
  int64_t bytes = 0;      // allocated less freed, without the calls inside
  std::string shapes;     // JSON: [[2,3],[],[[4],[4]]]
};

/// A thread, or a stream of a device.
struct ProfiledThread {
  int64_t id = 0;
  std::string name;
  bool is_caller = false;  // the profile began on it
  std::vector<ProfileEvent> events;
};

struct Profile {
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  std::size_t dropped = 0;
  std::vector<ProfiledThread> threads;
};

/// Records what operators, scripts and runs do, on every thread of the process. Throws
/// ERR_PROFILE_ACTIVE while another profile is being taken.
void StartProfile(const ProfileOptions& options);
/// Calls that have not come to an end by now are left out.
Profile StopProfile();

}  // namespace libtorch_node::core

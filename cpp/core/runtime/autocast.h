#pragma once

#include <c10/core/ScalarType.h>

#include <optional>

namespace libtorch_node::core {

/// Whether operators on one kind of device choose their own precision, and which lower one.
struct DeviceAutocast {
  bool enabled = false;
  c10::ScalarType dtype = c10::ScalarType::BFloat16;
};

/// The autocast state of one thread.
struct AutocastState {
  DeviceAutocast cpu;
  DeviceAutocast cuda;
  /// Whether weights that were cast stay cast until the outermost scope ends.
  bool cache = true;
};

/// Of the calling thread.
AutocastState CurrentAutocast();
/// The same, where it is on for a device.
std::optional<AutocastState> ActiveAutocast();

/// Sets the calling thread's state until LeaveAutocast, which takes what this gave. The outermost
/// scope's end clears the cache of casts.
AutocastState EnterAutocast(const AutocastState& state);
void LeaveAutocast(const AutocastState& previous);

/// Casts made in inference mode must not be met outside of it.
void DropInferenceCasts();

class AutocastScope {
 public:
  explicit AutocastScope(const AutocastState& state) : previous_(EnterAutocast(state)) {}
  ~AutocastScope() { LeaveAutocast(previous_); }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  const AutocastState previous_;
};

}  // namespace libtorch_node::core

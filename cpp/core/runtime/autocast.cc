#include "core/runtime/autocast.h"

#include <ATen/autocast_mode.h>

namespace libtorch_node::core {
namespace {

DeviceAutocast Of(c10::DeviceType device) {
  return {at::autocast::is_autocast_enabled(device), at::autocast::get_autocast_dtype(device)};
}

void Set(c10::DeviceType device, const DeviceAutocast& state) {
  at::autocast::set_autocast_enabled(device, state.enabled);
  at::autocast::set_autocast_dtype(device, state.dtype);
}

void Set(const AutocastState& state) {
  Set(c10::DeviceType::CPU, state.cpu);
  Set(c10::DeviceType::CUDA, state.cuda);
  at::autocast::set_autocast_cache_enabled(state.cache);
}

bool IsOn() {
  return at::autocast::is_autocast_enabled(c10::DeviceType::CPU) ||
         at::autocast::is_autocast_enabled(c10::DeviceType::CUDA);
}

}  // namespace

AutocastState CurrentAutocast() {
  return {Of(c10::DeviceType::CPU), Of(c10::DeviceType::CUDA),
          at::autocast::is_autocast_cache_enabled()};
}

std::optional<AutocastState> ActiveAutocast() {
  if (!IsOn()) return std::nullopt;
  return CurrentAutocast();
}

AutocastState EnterAutocast(const AutocastState& state) {
  const AutocastState previous = CurrentAutocast();
  Set(state);
  at::autocast::increment_nesting();
  return previous;
}

void LeaveAutocast(const AutocastState& previous) {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  Set(previous);
}

void DropInferenceCasts() {
  if (IsOn()) at::autocast::clear_cache();
}

}  // namespace libtorch_node::core

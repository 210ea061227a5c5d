#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

/// 'cpu', then what this LibTorch can use of this machine: 'cuda:0', ...
std::vector<std::string> AvailableDevices();

/// Throws ERR_DEVICE_UNAVAILABLE, saying what devices there are.
void CheckDevice(c10::Device device);

}  // namespace libtorch_node::core

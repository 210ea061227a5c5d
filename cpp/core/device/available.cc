#include "core/device/available.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

int CountOf(c10::DeviceType type) {
  if (!c10::impl::hasDeviceGuardImpl(type)) return 0;
  return c10::impl::getDeviceGuardImpl(type)->deviceCount();
}

}  // namespace

std::vector<std::string> AvailableDevices() {
  std::vector<std::string> devices{"cpu"};
  for (const auto type : {c10::kCUDA, c10::kXPU, c10::kMPS}) {
    for (int index = 0; index < CountOf(type); ++index) {
      devices.push_back(c10::Device(type, static_cast<c10::DeviceIndex>(index)).str());
    }
  }
  return devices;
}

void CheckDevice(c10::Device device) {
  if (device.is_cpu() || device.is_meta()) return;
  const int count = CountOf(device.type());
  if (device.has_index() ? device.index() < count : count > 0) return;
  std::string message = "device '" + device.str() + "' is not available: LibTorch " TORCH_VERSION;
  if (!c10::impl::hasDeviceGuardImpl(device.type())) {
    message += " as it is loaded here was built without " +
               c10::DeviceTypeName(device.type(), true) + " support, or its libraries are missing";
  } else {
    message += " finds " + std::to_string(count) + " such devices";
  }
  message += "; there is ";
  bool first = true;
  for (const std::string& name : AvailableDevices()) {
    message += (first ? "" : ", ") + name;
    first = false;
  }
  throw Error("ERR_DEVICE_UNAVAILABLE", message);
}

}  // namespace libtorch_node::core

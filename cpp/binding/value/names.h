#pragma once

#include <c10/core/Device.h>
#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/ScalarType.h>

#include <optional>
#include <string>

namespace libtorch_node::binding {

/// 'float32', 'int64', ...: the names that users see.
const char* DTypeName(c10::ScalarType dtype);
std::optional<c10::ScalarType> FindDType(const std::string& name);
/// Throws ERR_INVALID_ARG_VALUE listing the names there are.
c10::ScalarType DTypeOf(const std::string& name);

/// Throws ERR_INVALID_ARG_VALUE for what is no device.
c10::Device DeviceOf(const std::string& name);
std::string DeviceName(const c10::Device& device);

c10::MemoryFormat MemoryFormatOf(const std::string& name);
c10::Layout LayoutOf(const std::string& name);

}  // namespace libtorch_node::binding

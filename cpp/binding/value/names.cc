#include "binding/value/names.h"

#include <array>
#include <utility>

#include "core/error.h"

namespace libtorch_node::binding {

namespace {

using c10::ScalarType;

constexpr std::array<std::pair<const char*, ScalarType>, 18> kDTypes = {{
    {"float32", ScalarType::Float},
    {"float64", ScalarType::Double},
    {"float16", ScalarType::Half},
    {"bfloat16", ScalarType::BFloat16},
    {"int8", ScalarType::Char},
    {"int16", ScalarType::Short},
    {"int32", ScalarType::Int},
    {"int64", ScalarType::Long},
    {"uint8", ScalarType::Byte},
    {"uint16", ScalarType::UInt16},
    {"uint32", ScalarType::UInt32},
    {"uint64", ScalarType::UInt64},
    {"bool", ScalarType::Bool},
    {"complex64", ScalarType::ComplexFloat},
    {"complex128", ScalarType::ComplexDouble},
    {"qint8", ScalarType::QInt8},
    {"quint8", ScalarType::QUInt8},
    {"qint32", ScalarType::QInt32},
}};

core::Error Invalid(const std::string& what, const std::string& name, const std::string& expected) {
  return core::Error("ERR_INVALID_ARG_VALUE",
                     "unknown " + what + " '" + name + "': expected " + expected,
                     core::ErrorKind::kType);
}

}  // namespace

const char* DTypeName(c10::ScalarType dtype) {
  for (const auto& [name, type] : kDTypes) {
    if (type == dtype) return name;
  }
  return c10::toString(dtype);
}

std::optional<c10::ScalarType> FindDType(const std::string& name) {
  for (const auto& [known, type] : kDTypes) {
    if (name == known) return type;
  }
  return std::nullopt;
}

c10::ScalarType DTypeOf(const std::string& name) {
  if (const auto dtype = FindDType(name)) return *dtype;
  std::string names;
  for (const auto& entry : kDTypes) {
    names += names.empty() ? "" : ", ";
    names += entry.first;
  }
  throw Invalid("dtype", name, "one of " + names);
}

c10::Device DeviceOf(const std::string& name) {
  try {
    return c10::Device(name);
  } catch (const c10::Error&) {
    throw Invalid("device", name, "'cpu', 'cuda' or 'cuda:N'");
  }
}

std::string DeviceName(const c10::Device& device) { return device.str(); }

c10::MemoryFormat MemoryFormatOf(const std::string& name) {
  if (name == "contiguous_format") return c10::MemoryFormat::Contiguous;
  if (name == "channels_last") return c10::MemoryFormat::ChannelsLast;
  if (name == "channels_last_3d") return c10::MemoryFormat::ChannelsLast3d;
  if (name == "preserve_format") return c10::MemoryFormat::Preserve;
  throw Invalid("memory format", name,
                "'contiguous_format', 'channels_last', 'channels_last_3d' or 'preserve_format'");
}

c10::Layout LayoutOf(const std::string& name) {
  if (name == "strided") return c10::Layout::Strided;
  if (name == "sparse" || name == "sparse_coo") return c10::Layout::Sparse;
  if (name == "sparse_csr") return c10::Layout::SparseCsr;
  if (name == "sparse_csc") return c10::Layout::SparseCsc;
  if (name == "sparse_bsr") return c10::Layout::SparseBsr;
  if (name == "sparse_bsc") return c10::Layout::SparseBsc;
  if (name == "mkldnn") return c10::Layout::Mkldnn;
  throw Invalid("layout", name, "'strided', 'sparse_coo', 'sparse_csr' or 'mkldnn'");
}

}  // namespace libtorch_node::binding

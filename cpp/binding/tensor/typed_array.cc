#include "binding/tensor/typed_array.h"

#include <optional>

namespace libtorch_node::binding {

namespace {

using c10::ScalarType;

struct Layout {
  napi_typedarray_type type;
  std::size_t per_element;
};

std::optional<Layout> LayoutOf(ScalarType dtype) {
  switch (dtype) {
    case ScalarType::Float:
      return Layout{napi_float32_array, 1};
    case ScalarType::Double:
      return Layout{napi_float64_array, 1};
    case ScalarType::Char:
      return Layout{napi_int8_array, 1};
    case ScalarType::Short:
      return Layout{napi_int16_array, 1};
    case ScalarType::Int:
      return Layout{napi_int32_array, 1};
    case ScalarType::Long:
      return Layout{napi_bigint64_array, 1};
    case ScalarType::Byte:
    case ScalarType::Bool:
      return Layout{napi_uint8_array, 1};
    case ScalarType::UInt16:
    case ScalarType::Half:
    case ScalarType::BFloat16:
      return Layout{napi_uint16_array, 1};
    case ScalarType::UInt32:
      return Layout{napi_uint32_array, 1};
    case ScalarType::UInt64:
      return Layout{napi_biguint64_array, 1};
    case ScalarType::ComplexFloat:
      return Layout{napi_float32_array, 2};
    case ScalarType::ComplexDouble:
      return Layout{napi_float64_array, 2};
    default:
      return std::nullopt;
  }
}

}  // namespace

napi_value NewTypedArray(napi_env env, ScalarType dtype, napi_value buffer, std::size_t byte_offset,
                         std::size_t numel) {
  const auto layout = LayoutOf(dtype);
  bool is_array_buffer = false;
  napi_is_arraybuffer(env, buffer, &is_array_buffer);
  if (!layout || !is_array_buffer) return nullptr;
  napi_value array = nullptr;
  NAPI_THROW_IF_FAILED(env,
                       napi_create_typedarray(env, layout->type, numel * layout->per_element,
                                              buffer, byte_offset, &array),
                       nullptr);
  return array;
}

}  // namespace libtorch_node::binding

#include "binding/value/describe.h"

namespace libtorch_node::binding {

namespace {

constexpr std::size_t kLongest = 60;

std::string Shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string ToText(napi_env env, napi_value value) {
  napi_value text = nullptr;
  if (napi_coerce_to_string(env, value, &text) != napi_ok) {
    napi_value ignored = nullptr;
    napi_get_and_clear_last_exception(env, &ignored);
    return "?";
  }
  return Shortened(StringOf(env, text));
}

std::string ObjectName(napi_env env, napi_value value) {
  bool is_array = false;
  napi_is_array(env, value, &is_array);
  if (is_array) {
    uint32_t length = 0;
    napi_get_array_length(env, value, &length);
    return "an array of " + std::to_string(length);
  }
  napi_value constructor = nullptr;
  napi_value name = nullptr;
  napi_valuetype type = napi_undefined;
  if (napi_get_named_property(env, value, "constructor", &constructor) == napi_ok &&
      napi_typeof(env, constructor, &type) == napi_ok && type == napi_function &&
      napi_get_named_property(env, constructor, "name", &name) == napi_ok &&
      napi_typeof(env, name, &type) == napi_ok && type == napi_string) {
    const std::string text = StringOf(env, name);
    return text == "Object" ? "an object" : "a " + Shortened(text);
  }
  napi_value ignored = nullptr;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) napi_get_and_clear_last_exception(env, &ignored);
  return "an object";
}

}  // namespace

std::string StringOf(napi_env env, napi_value value) {
  std::size_t length = 0;
  NAPI_THROW_IF_FAILED(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length), "");
  std::string text(length, '\0');
  NAPI_THROW_IF_FAILED(
      env, napi_get_value_string_utf8(env, value, text.data(), length + 1, &length), "");
  return text;
}

std::string DescribeValue(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  if (value == nullptr || napi_typeof(env, value, &type) != napi_ok) return "nothing";
  switch (type) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
      return "boolean " + ToText(env, value);
    case napi_number:
      return "number " + ToText(env, value);
    case napi_bigint:
      return "bigint " + ToText(env, value) + "n";
    case napi_string:
      return "string '" + Shortened(StringOf(env, value)) + "'";
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_external:
      return "an external";
    default:
      return ObjectName(env, value);
  }
}

}  // namespace libtorch_node::binding

#include "binding/value/infer.h"

#include <utility>
#include <vector>

#include "binding/script_object.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/arguments.h"
#include "binding/value/describe.h"
#include "binding/value/scalar.h"

namespace libtorch_node::binding {

namespace {

// JavaScript values can contain themselves.
constexpr int kDeepest = 64;

napi_valuetype KindOf(napi_env env, napi_value value) {
  napi_valuetype kind = napi_undefined;
  napi_typeof(env, value, &kind);
  return kind;
}

void CheckDepth(napi_env env, napi_value value, const Place& place) {
  if (place.depth() > kDeepest) {
    throw place.Mismatch("a value that is not nested so deep", DescribeValue(env, value));
  }
}

core::Error Unknown(napi_env env, napi_value value, const Place& place) {
  return place.Mismatch("{ type, value }, because its type cannot be told from the value",
                        DescribeValue(env, value));
}

c10::TypePtr InferTypedArray(napi_env env, napi_value value, const Place& place) {
  napi_typedarray_type kind{};
  NAPI_THROW_IF_FAILED(
      env, napi_get_typedarray_info(env, value, &kind, nullptr, nullptr, nullptr, nullptr),
      nullptr);
  switch (kind) {
    case napi_float32_array:
    case napi_float64_array:
      return c10::ListType::ofFloats();
    case napi_biguint64_array:
      throw Unknown(env, value, place);
    default:
      return c10::ListType::ofInts();
  }
}

c10::TypePtr InferArray(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  uint32_t length = 0;
  NAPI_THROW_IF_FAILED(env, napi_get_array_length(env, value, &length), nullptr);
  if (length == 0) throw Unknown(env, value, place);
  napi_value first = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_get_element(env, value, 0, &first), nullptr);
  return c10::ListType::create(InferType(environment, first, Place(place, 0)));
}

c10::TypePtr InferObject(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  const std::vector<std::string> keys = KeywordNames(env, value);
  if (keys.empty()) throw Unknown(env, value, place);
  const Napi::Value first = Napi::Object(env, value).Get(keys.front());
  return c10::DictType::create(c10::StringType::get(),
                               InferType(environment, first, Place(place, keys.front())));
}

c10::TypePtr InferMap(Environment& environment, napi_value value, const Place& place) {
  const Napi::Env env(environment.env());
  const Napi::Object map(env, value);
  const Napi::Object entries =
      map.Get("entries").As<Napi::Function>().Call(map, {}).As<Napi::Object>();
  const Napi::Object step =
      entries.Get("next").As<Napi::Function>().Call(entries, {}).As<Napi::Object>();
  if (step.Get("done").ToBoolean()) throw Unknown(env, value, place);
  const Napi::Object entry = step.Get("value").As<Napi::Object>();
  const Place inside(place, 0);
  const Napi::Value key = entry.Get(0U);
  const c10::TypePtr key_type = InferType(environment, key, inside);
  return c10::DictType::create(key_type, InferType(environment, entry.Get(1U), inside));
}

}  // namespace

c10::TypePtr InferType(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  CheckDepth(env, value, place);
  switch (KindOf(env, value)) {
    case napi_boolean:
      return c10::BoolType::get();
    case napi_number:
      return c10::FloatType::get();
    case napi_bigint:
      return c10::IntType::get();
    case napi_string:
      return c10::StringType::get();
    case napi_object:
      break;
    default:
      throw Unknown(env, value, place);
  }
  bool is = false;
  napi_instanceof(env, value, environment.TensorConstructor(), &is);
  if (is) return c10::TensorType::get();
  if (const auto object = FindScriptObject(environment, value)) return object->type();
  if (napi_is_array(env, value, &is) == napi_ok && is) {
    return InferArray(environment, value, place);
  }
  if (napi_is_typedarray(env, value, &is) == napi_ok && is) {
    return InferTypedArray(env, value, place);
  }
  if (IsForcedFloat(environment, value)) return c10::FloatType::get();
  if (IsNumberLike(environment, value)) return c10::ComplexType::get();
  if (environment.IsMap(value)) return InferMap(environment, value, place);
  if (environment.IsPlainObject(value)) return InferObject(environment, value, place);
  throw Unknown(env, value, place);
}

c10::IValue ToConstant(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  CheckDepth(env, value, place);
  switch (KindOf(env, value)) {
    case napi_null:
    case napi_undefined:
      return {};
    case napi_string:
      return StringOf(env, value);
    case napi_boolean:
    case napi_number:
    case napi_bigint:
      return ToScalar(environment, value, place);
    default:
      break;
  }
  bool is_array = false;
  napi_is_array(env, value, &is_array);
  if (is_array) {
    uint32_t length = 0;
    NAPI_THROW_IF_FAILED(env, napi_get_array_length(env, value, &length), {});
    std::vector<c10::IValue> elements;
    for (uint32_t i = 0; i < length; ++i) {
      napi_value element = nullptr;
      NAPI_THROW_IF_FAILED(env, napi_get_element(env, value, i, &element), {});
      elements.push_back(ToConstant(environment, element, Place(place, i)));
    }
    return c10::ivalue::Tuple::create(std::move(elements));
  }
  if (KindOf(env, value) == napi_object && IsNumberLike(environment, value)) {
    return ToScalar(environment, value, place);
  }
  throw place.Mismatch("a number, bigint, boolean, string, null or an array of them",
                       DescribeValue(env, value));
}

}  // namespace libtorch_node::binding

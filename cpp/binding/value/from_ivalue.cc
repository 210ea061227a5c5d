#include "binding/value/from_ivalue.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/dynamic_type.h>
#include <ATen/core/ivalue_inl.h>

#include "binding/script_object.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/names.h"
#include "binding/value/scalar.h"
#include "core/error.h"

namespace libtorch_node::binding {

namespace {

napi_value FromString(napi_env env, const std::string& text) {
  napi_value result = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_create_string_utf8(env, text.data(), text.size(), &result),
                       nullptr);
  return result;
}

template <typename Elements>
napi_value FromElements(Environment& environment, const Elements& elements, std::size_t size) {
  const napi_env env = environment.env();
  napi_value array = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_create_array_with_length(env, size, &array), nullptr);
  uint32_t index = 0;
  for (const c10::IValue& element : elements) {
    const Napi::HandleScope scope(env);
    NAPI_THROW_IF_FAILED(
        env, napi_set_element(env, array, index++, FromIValue(environment, element)), nullptr);
  }
  return array;
}

napi_value FromTuple(Environment& environment, const c10::ivalue::Tuple& tuple) {
  const napi_env env = environment.env();
  napi_value array = FromElements(environment, tuple.elements(), tuple.elements().size());
  const auto type = tuple.type<c10::TupleType>();
  if (const auto schema = type->schema()) {
    for (std::size_t i = 0; i < tuple.elements().size(); ++i) {
      napi_value element = nullptr;
      NAPI_THROW_IF_FAILED(env, napi_get_element(env, array, static_cast<uint32_t>(i), &element),
                           nullptr);
      // A member named `length` stays reachable by its index alone.
      napi_set_named_property(env, array, schema->arguments()[i].name().c_str(), element);
      bool pending = false;
      napi_is_exception_pending(env, &pending);
      napi_value ignored = nullptr;
      if (pending) napi_get_and_clear_last_exception(env, &ignored);
    }
  }
  return array;
}

/// Values of the lite interpreter have types of its own.
c10::TypeKind KindOf(const c10::Type& type) {
  const auto* dynamic = type.castRaw<c10::DynamicType>();
  return dynamic == nullptr ? type.kind() : dynamic->dynamicKind();
}

napi_value FromDict(Environment& environment, const c10::impl::GenericDict& dict) {
  const napi_env env = environment.env();
  if (KindOf(*dict.keyType()) == c10::TypeKind::StringType) {
    const Napi::Object object = environment.NewDict();
    for (const auto& entry : dict) {
      const Napi::HandleScope scope(env);
      NAPI_THROW_IF_FAILED(
          env,
          napi_set_property(env, object, FromString(env, entry.key().toStringRef()),
                            FromIValue(environment, entry.value())),
          nullptr);
    }
    return object;
  }
  const Napi::Object map = environment.NewMap();
  const Napi::Function set = map.Get("set").As<Napi::Function>();
  for (const auto& entry : dict) {
    const Napi::HandleScope scope(env);
    set.Call(map, {FromIValue(environment, entry.key()), FromIValue(environment, entry.value())});
  }
  return map;
}

}  // namespace

napi_value FromIValue(Environment& environment, const c10::IValue& value) {
  const napi_env env = environment.env();
  if (value.isTensor()) return NewTensor(environment, value.toTensor());
  if (value.isNone()) return Napi::Env(env).Null();
  if (value.isInt()) return FromInt(env, value.toInt());
  if (value.isDouble()) return FromFloat(env, value.toDouble());
  if (value.isBool()) return Napi::Boolean::New(env, value.toBool());
  if (value.isString()) return FromString(env, value.toStringRef());
  if (value.isComplexDouble()) return FromComplex(env, value.toComplexDouble());
  if (value.isList()) {
    const auto elements = value.toListRef();
    return FromElements(environment, elements, elements.size());
  }
  if (value.isTuple()) return FromTuple(environment, value.toTupleRef());
  if (value.isGenericDict()) return FromDict(environment, value.toGenericDict());
  if (value.isDevice()) return FromString(env, DeviceName(value.toDevice()));
  if (value.isEnum()) return FromIValue(environment, value.toEnumHolder()->value());
  if (value.isObject()) return NewScriptObject(environment, value.toObject());
  throw core::Error("ERR_UNSUPPORTED_VALUE", "a value of type " + value.type()->annotation_str() +
                                                 " cannot be shown to JavaScript");
}

}  // namespace libtorch_node::binding

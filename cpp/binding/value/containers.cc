#include "binding/value/containers.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>

#include <string>
#include <utility>
#include <vector>

#include "binding/tensor/tensor_handle.h"
#include "binding/value/describe.h"
#include "binding/value/to_ivalue.h"

namespace libtorch_node::binding {

namespace {

// JavaScript values can contain themselves; a schema cannot, except through `Any`.
constexpr int kDeepest = 200;

bool IsArray(napi_env env, napi_value value) {
  bool is_array = false;
  napi_is_array(env, value, &is_array);
  return is_array;
}

bool IsTypedArray(napi_env env, napi_value value) {
  bool is_typed_array = false;
  napi_is_typedarray(env, value, &is_typed_array);
  return is_typed_array;
}

uint32_t LengthOf(napi_env env, napi_value value) {
  if (IsArray(env, value)) {
    uint32_t length = 0;
    NAPI_THROW_IF_FAILED(env, napi_get_array_length(env, value, &length), 0);
    return length;
  }
  std::size_t length = 0;
  napi_typedarray_type type{};
  NAPI_THROW_IF_FAILED(
      env, napi_get_typedarray_info(env, value, &type, &length, nullptr, nullptr, nullptr), 0);
  return static_cast<uint32_t>(length);
}

napi_value ElementOf(napi_env env, napi_value value, uint32_t index) {
  napi_value element = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_get_element(env, value, index, &element), nullptr);
  return element;
}

/// A SymInt of an operator's schema is an int in a boxed call.
c10::TypePtr Boxed(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::ScalarTypeType:
    case c10::TypeKind::LayoutType:
    case c10::TypeKind::MemoryFormatType:
      return c10::IntType::get();
    default:
      return type;
  }
}

c10::IValue NewDict(const c10::TypePtr& key, const c10::TypePtr& value) {
  return c10::impl::GenericDict(key, value);
}

void Insert(Environment& environment, c10::impl::GenericDict& dict, napi_value key,
            napi_value value, const Place& place) {
  const std::string name = DescribeValue(environment.env(), key);
  const Place entry(place, name);
  dict.insert_or_assign(ToIValue(environment, key, dict.keyType(), entry),
                        ToIValue(environment, value, dict.valueType(), entry));
}

void FillFromMap(Environment& environment, c10::impl::GenericDict& dict, napi_value map,
                 const Place& place) {
  const napi_env env = environment.env();
  // Array.from on the Map: its own iteration rules, in order.
  const Napi::Object array = Napi::Env(env).Global().Get("Array").As<Napi::Object>();
  const Napi::Value entries =
      array.Get("from").As<Napi::Function>().Call(array, {Napi::Value(env, map)});
  const uint32_t length = LengthOf(env, entries);
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::HandleScope scope(env);
    napi_value entry = ElementOf(env, entries, i);
    Insert(environment, dict, ElementOf(env, entry, 0), ElementOf(env, entry, 1), place);
  }
}

void FillFromObject(Environment& environment, c10::impl::GenericDict& dict, napi_value object,
                    const Place& place) {
  const napi_env env = environment.env();
  napi_value names = nullptr;
  NAPI_THROW_IF_FAILED_VOID(
      env, napi_get_all_property_names(
               env, object, napi_key_own_only,
               static_cast<napi_key_filter>(napi_key_enumerable | napi_key_skip_symbols),
               napi_key_numbers_to_strings, &names));
  const uint32_t length = LengthOf(env, names);
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::HandleScope scope(env);
    napi_value key = ElementOf(env, names, i);
    napi_value value = nullptr;
    NAPI_THROW_IF_FAILED_VOID(env, napi_get_property(env, object, key, &value));
    const std::string name = StringOf(env, key);
    const Place entry(place, name);
    dict.insert_or_assign(name, ToIValue(environment, value, dict.valueType(), entry));
  }
}

/// The type that all elements share, as Python would infer it; null without one.
c10::TypePtr CommonType(const std::vector<c10::IValue>& elements) {
  c10::TypePtr common;
  for (const c10::IValue& element : elements) {
    // A tensor's own type has its shape in it.
    const c10::TypePtr type = element.isTensor() ? c10::TensorType::get() : element.type();
    if (common != nullptr && *common != *type) return nullptr;
    common = type;
  }
  return common;
}

/// [0.5, 1] is a list of floats: JavaScript writes both the same way.
void UnifyNumbers(std::vector<c10::IValue>& elements) {
  bool fraction = false;
  for (const c10::IValue& element : elements) {
    if (!element.isInt() && !element.isDouble()) return;
    fraction |= element.isDouble();
  }
  if (!fraction) return;
  for (c10::IValue& element : elements) {
    if (element.isInt()) element = static_cast<double>(element.toInt());
  }
}

c10::IValue NarrowedList(const c10::IValue& list) {
  std::vector<c10::IValue> elements = list.toListRef().vec();
  UnifyNumbers(elements);
  const auto common = CommonType(elements);
  if (common == nullptr) return list;
  c10::impl::GenericList narrowed(common);
  narrowed.reserve(elements.size());
  for (c10::IValue& element : elements) narrowed.push_back(std::move(element));
  return narrowed;
}

}  // namespace

c10::IValue ToList(Environment& environment, napi_value value, const c10::TypePtr& element,
                   const Place& place) {
  const napi_env env = environment.env();
  if (!IsArray(env, value) && !IsTypedArray(env, value)) {
    throw place.Mismatch("a list of " + element->annotation_str() + " (an array)",
                         DescribeValue(env, value));
  }
  const uint32_t length = LengthOf(env, value);
  c10::impl::GenericList list(Boxed(element));
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::HandleScope scope(env);
    list.push_back(ToIValue(environment, ElementOf(env, value, i), element,
                            Place(place, static_cast<int64_t>(i))));
  }
  return list;
}

c10::IValue ToTuple(Environment& environment, napi_value value, const c10::TupleTypePtr& type,
                    const Place& place) {
  const napi_env env = environment.env();
  const auto& types = type->elements();
  std::vector<c10::IValue> elements;
  elements.reserve(types.size());
  const auto schema = type->schema();
  if (IsArray(env, value)) {
    const uint32_t length = LengthOf(env, value);
    if (length != types.size()) {
      throw place.Mismatch(type->annotation_str() + ", an array of " + std::to_string(types.size()),
                           DescribeValue(env, value));
    }
    for (uint32_t i = 0; i < length; ++i) {
      elements.push_back(ToIValue(environment, ElementOf(env, value, i), types[i],
                                  Place(place, static_cast<int64_t>(i))));
    }
  } else if (schema && environment.IsPlainObject(value)) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string& name = schema->arguments()[i].name();
      napi_value member = nullptr;
      NAPI_THROW_IF_FAILED(env, napi_get_named_property(env, value, name.c_str(), &member), {});
      elements.push_back(ToIValue(environment, member, types[i], Place(place, name)));
    }
  } else {
    throw place.Mismatch(type->annotation_str() + " (an array)", DescribeValue(env, value));
  }
  return schema ? c10::IValue(c10::ivalue::Tuple::createNamed(std::move(elements), type))
                : c10::IValue(c10::ivalue::Tuple::create(std::move(elements)));
}

c10::IValue ToDict(Environment& environment, napi_value value, const c10::DictType& type,
                   const Place& place) {
  const napi_env env = environment.env();
  c10::impl::GenericDict dict(type.getKeyType(), type.getValueType());
  napi_valuetype kind = napi_undefined;
  napi_typeof(env, value, &kind);
  if (kind == napi_object && environment.IsMap(value)) {
    FillFromMap(environment, dict, value, place);
  } else if (kind == napi_object && type.getKeyType()->kind() == c10::TypeKind::StringType &&
             !IsArray(env, value) && FindTensor(environment, value) == nullptr) {
    FillFromObject(environment, dict, value, place);
  } else {
    const bool text = type.getKeyType()->kind() == c10::TypeKind::StringType;
    throw place.Mismatch(type.annotation_str() + (text ? " (an object or a Map)" : " (a Map)"),
                         DescribeValue(env, value));
  }
  return dict;
}

c10::IValue ToAnyContainer(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  if (place.depth() > kDeepest) {
    throw place.Mismatch("at most " + std::to_string(kDeepest) + " levels",
                         DescribeValue(env, value));
  }
  if (IsArray(env, value) || IsTypedArray(env, value)) {
    return NarrowedList(ToList(environment, value, c10::AnyType::get(), place));
  }
  if (environment.IsMap(value) || environment.IsPlainObject(value)) {
    c10::IValue dict = NewDict(c10::StringType::get(), c10::AnyType::get());
    auto entries = dict.toGenericDict();
    if (environment.IsMap(value)) {
      FillFromMap(environment, entries, value, place);
    } else {
      FillFromObject(environment, entries, value, place);
    }
    std::vector<c10::IValue> values;
    for (const auto& entry : entries) values.push_back(entry.value());
    if (const auto common = CommonType(values)) entries.unsafeSetValueType(common);
    return dict;
  }
  throw place.Mismatch("a value", DescribeValue(env, value));
}

bool MatchesContainer(Environment& environment, napi_value value, const c10::Type& type) {
  const napi_env env = environment.env();
  const bool array = IsArray(env, value);
  if (const auto* list = type.castRaw<c10::ListType>()) {
    if (!array) return IsTypedArray(env, value);
    // The last element too: [1, 2.5] is no list of ints.
    const uint32_t length = LengthOf(env, value);
    return length == 0 ||
           (Matches(environment, ElementOf(env, value, 0), *list->getElementType()) &&
            Matches(environment, ElementOf(env, value, length - 1), *list->getElementType()));
  }
  if (const auto* tuple = type.castRaw<c10::TupleType>()) {
    if (!array) return tuple->schema() != nullptr && environment.IsPlainObject(value);
    if (LengthOf(env, value) != tuple->elements().size()) return false;
    for (uint32_t i = 0; i < tuple->elements().size(); ++i) {
      if (!Matches(environment, ElementOf(env, value, i), *tuple->elements()[i])) return false;
    }
    return true;
  }
  const bool text =
      type.expectRef<c10::DictType>().getKeyType()->kind() == c10::TypeKind::StringType;
  return environment.IsMap(value) || (text && !array && environment.IsPlainObject(value));
}

}  // namespace libtorch_node::binding

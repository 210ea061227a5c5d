#include "binding/value/to_ivalue.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/ivalue_inl.h>

#include <string>
#include <utility>
#include <vector>

#include "binding/generator.h"
#include "binding/script_object.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/containers.h"
#include "binding/value/describe.h"
#include "binding/value/names.h"
#include "binding/value/scalar.h"

namespace libtorch_node::binding {

namespace {

napi_valuetype TypeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

bool IsNull(napi_env env, napi_value value) {
  const napi_valuetype type = TypeOf(env, value);
  return type == napi_undefined || type == napi_null;
}

c10::IValue ToTensor(Environment& environment, napi_value value, const Place& place) {
  if (const TensorHandle* handle = FindTensor(environment, value)) return handle->tensor;
  bool is_tensor = false;
  napi_instanceof(environment.env(), value, environment.TensorConstructor(), &is_tensor);
  if (is_tensor) throw core::Error("ERR_DISPOSED", place.ToString() + ": the tensor was disposed");
  throw place.Mismatch("Tensor", DescribeValue(environment.env(), value));
}

bool ToBool(napi_env env, napi_value value, const Place& place) {
  bool flag = false;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) {
    throw place.Mismatch("bool", DescribeValue(env, value));
  }
  return flag;
}

std::string ToText(napi_env env, napi_value value, const char* expected, const Place& place) {
  if (TypeOf(env, value) != napi_string) {
    throw place.Mismatch(expected, DescribeValue(env, value));
  }
  return StringOf(env, value);
}

c10::IValue ToUnion(Environment& environment, napi_value value, const c10::UnionType& type,
                    const Place& place) {
  for (const c10::TypePtr& member : type.containedTypes()) {
    if (!Matches(environment, value, *member)) continue;
    try {
      return ToIValue(environment, value, member, place);
    } catch (const core::Error&) {
      continue;  // another member may fit deeper down
    }
  }
  throw place.Mismatch(type.annotation_str(), DescribeValue(environment.env(), value));
}

c10::IValue ToObject(Environment& environment, napi_value value, const c10::Type& type,
                     const Place& place) {
  const auto object = FindScriptObject(environment, value);
  if (!object || !object->type()->isSubtypeOf(type)) {
    throw place.Mismatch(type.annotation_str(), DescribeValue(environment.env(), value));
  }
  return object;
}

/// Dtypes, layouts and memory formats of operator schemas: names, or their numbers.
template <typename Parse>
c10::IValue ToNamed(Environment& environment, napi_value value, const char* expected, Parse parse,
                    const Place& place) {
  if (TypeOf(environment.env(), value) == napi_number) return ToInt(environment, value, place);
  return static_cast<int64_t>(parse(ToText(environment.env(), value, expected, place)));
}

}  // namespace

c10::IValue ToIValue(Environment& environment, napi_value value, const c10::TypePtr& type,
                     const Place& place) {
  const napi_env env = environment.env();
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return ToTensor(environment, value, place);
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return ToInt(environment, value, place);
    case c10::TypeKind::FloatType:
    case c10::TypeKind::SymFloatType:
      return ToFloat(environment, value, place);
    case c10::TypeKind::ComplexType:
      return ToComplex(environment, value, place);
    case c10::TypeKind::NumberType:
      return ToScalar(environment, value, place);
    case c10::TypeKind::BoolType:
    case c10::TypeKind::SymBoolType:
      return ToBool(env, value, place);
    case c10::TypeKind::StringType:
      return ToText(env, value, "str", place);
    case c10::TypeKind::DeviceObjType:
      return DeviceOf(ToText(env, value, "a device such as 'cpu' or 'cuda:0'", place));
    case c10::TypeKind::ScalarTypeType:
      return ToNamed(environment, value, "a dtype such as 'float32'", DTypeOf, place);
    case c10::TypeKind::LayoutType:
      return ToNamed(environment, value, "a layout such as 'strided'", LayoutOf, place);
    case c10::TypeKind::MemoryFormatType:
      return ToNamed(environment, value, "a memory format such as 'channels_last'", MemoryFormatOf,
                     place);
    case c10::TypeKind::NoneType:
      if (!IsNull(env, value)) throw place.Mismatch("null", DescribeValue(env, value));
      return {};
    case c10::TypeKind::OptionalType:
      if (IsNull(env, value)) return {};
      return ToIValue(environment, value, type->expectRef<c10::OptionalType>().getElementType(),
                      place);
    case c10::TypeKind::UnionType:
      return ToUnion(environment, value, type->expectRef<c10::UnionType>(), place);
    case c10::TypeKind::ListType:
      if (type->containedType(0)->kind() == c10::TypeKind::VarType) {
        return ToAnyIValue(environment, value, place);
      }
      return ToList(environment, value, type->expectRef<c10::ListType>().getElementType(), place);
    case c10::TypeKind::TupleType:
      return ToTuple(environment, value, type->expect<c10::TupleType>(), place);
    case c10::TypeKind::DictType:
      return ToDict(environment, value, type->expectRef<c10::DictType>(), place);
    case c10::TypeKind::ClassType:
    case c10::TypeKind::InterfaceType:
      return ToObject(environment, value, *type, place);
    case c10::TypeKind::AnyType:
    case c10::TypeKind::VarType:
      return ToAnyIValue(environment, value, place);
    case c10::TypeKind::GeneratorType:
      if (const auto generator = FindGenerator(environment, value)) return *generator;
      throw place.Mismatch("Generator", DescribeValue(env, value));
    default:
      throw place.Mismatch(type->annotation_str() + ", which cannot be made from JavaScript",
                           DescribeValue(env, value));
  }
}

c10::IValue ToAnyIValue(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  switch (TypeOf(env, value)) {
    case napi_undefined:
    case napi_null:
      return {};
    case napi_string:
      return StringOf(env, value);
    case napi_boolean:
    case napi_number:
    case napi_bigint:
      return ToScalar(environment, value, place);
    case napi_object:
      break;
    default:
      throw place.Mismatch("a value", DescribeValue(env, value));
  }
  if (FindTensor(environment, value) != nullptr) return ToTensor(environment, value, place);
  if (auto object = FindScriptObject(environment, value)) return object;
  if (IsForcedFloat(environment, value)) return ToFloat(environment, value, place);
  return ToAnyContainer(environment, value, place);
}

bool Matches(Environment& environment, napi_value value, const c10::Type& type) {
  const napi_env env = environment.env();
  const napi_valuetype kind = TypeOf(env, value);
  double number = 0;
  switch (type.kind()) {
    case c10::TypeKind::TensorType:
      return kind == napi_object && FindTensor(environment, value) != nullptr;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      if (kind == napi_number) {
        napi_get_value_double(env, value, &number);
        return number == static_cast<double>(static_cast<int64_t>(number));
      }
      return kind == napi_bigint;
    case c10::TypeKind::FloatType:
    case c10::TypeKind::SymFloatType:
      return kind == napi_number || (kind == napi_object && IsForcedFloat(environment, value));
    case c10::TypeKind::NumberType:
      return kind == napi_number || kind == napi_bigint || kind == napi_boolean ||
             (kind == napi_object && IsNumberLike(environment, value));
    case c10::TypeKind::ComplexType:
      return kind == napi_number || (kind == napi_object && IsNumberLike(environment, value));
    case c10::TypeKind::BoolType:
    case c10::TypeKind::SymBoolType:
      return kind == napi_boolean;
    case c10::TypeKind::StringType:
    case c10::TypeKind::DeviceObjType:
    case c10::TypeKind::ScalarTypeType:
    case c10::TypeKind::LayoutType:
    case c10::TypeKind::MemoryFormatType:
      return kind == napi_string;
    case c10::TypeKind::NoneType:
      return kind == napi_undefined || kind == napi_null;
    case c10::TypeKind::GeneratorType:
      return kind == napi_object && FindGenerator(environment, value).has_value();
    case c10::TypeKind::OptionalType:
      return kind == napi_undefined || kind == napi_null ||
             Matches(environment, value, *type.expectRef<c10::OptionalType>().getElementType());
    case c10::TypeKind::ListType:
    case c10::TypeKind::TupleType:
    case c10::TypeKind::DictType:
      return kind == napi_object && MatchesContainer(environment, value, type);
    case c10::TypeKind::UnionType:
      for (const auto& member : type.expectRef<c10::UnionType>().containedTypes()) {
        if (Matches(environment, value, *member)) return true;
      }
      return false;
    case c10::TypeKind::ClassType:
    case c10::TypeKind::InterfaceType:
      if (kind != napi_object) return false;
      if (const auto object = FindScriptObject(environment, value)) {
        return object->type()->isSubtypeOf(type);
      }
      return false;
    default:
      return type.kind() == c10::TypeKind::AnyType || type.kind() == c10::TypeKind::VarType;
  }
}

}  // namespace libtorch_node::binding

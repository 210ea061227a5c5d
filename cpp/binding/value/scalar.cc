#include "binding/value/scalar.h"

#include <cmath>

#include "binding/value/describe.h"
#include "binding/value/names.h"

namespace libtorch_node::binding {

namespace {

constexpr double kMaxSafe = 9007199254740991.0;

napi_valuetype TypeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

double NumberOf(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

bool Integral(double number) { return std::trunc(number) == number && std::isfinite(number); }

int64_t BigIntOf(napi_env env, napi_value value, const Place& place) {
  int64_t number = 0;
  bool lossless = false;
  napi_get_value_bigint_int64(env, value, &number, &lossless);
  if (!lossless) throw place.OutOfRange("an int of 64 bits", DescribeValue(env, value));
  return number;
}

/// The number inside `float(2)`, or false.
bool ForcedFloat(Environment& environment, napi_value value, double* number) {
  const napi_env env = environment.env();
  napi_value inner = nullptr;
  if (napi_get_property(env, value, environment.FloatSymbol(), &inner) != napi_ok ||
      TypeOf(env, inner) != napi_number) {
    return false;
  }
  *number = NumberOf(env, inner);
  return true;
}

bool ComplexParts(napi_env env, napi_value value, c10::complex<double>* number) {
  napi_value re = nullptr;
  napi_value im = nullptr;
  if (napi_get_named_property(env, value, "re", &re) != napi_ok ||
      napi_get_named_property(env, value, "im", &im) != napi_ok || TypeOf(env, re) != napi_number ||
      TypeOf(env, im) != napi_number) {
    return false;
  }
  *number = {NumberOf(env, re), NumberOf(env, im)};
  return true;
}

}  // namespace

int64_t ToInt(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  switch (TypeOf(env, value)) {
    case napi_number: {
      const double number = NumberOf(env, value);
      if (!Integral(number)) throw place.Mismatch("int", DescribeValue(env, value));
      if (std::abs(number) > kMaxSafe) {
        throw place.OutOfRange("an int in the safe range (pass a bigint beyond it)",
                               DescribeValue(env, value));
      }
      return static_cast<int64_t>(number);
    }
    case napi_bigint:
      return BigIntOf(env, value, place);
    case napi_string:
      // TorchScript passes dtypes as ints.
      if (const auto dtype = FindDType(StringOf(env, value))) return static_cast<int64_t>(*dtype);
      break;
    default:
      break;
  }
  throw place.Mismatch("int", DescribeValue(env, value));
}

double ToFloat(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  const napi_valuetype type = TypeOf(env, value);
  double number = 0;
  if (type == napi_number) return NumberOf(env, value);
  if (type == napi_object && ForcedFloat(environment, value, &number)) return number;
  throw place.Mismatch("float", DescribeValue(env, value));
}

c10::complex<double> ToComplex(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  c10::complex<double> number;
  const napi_valuetype type = TypeOf(env, value);
  if (type == napi_number) return {NumberOf(env, value), 0.0};
  if (type == napi_object && ComplexParts(env, value, &number)) return number;
  throw place.Mismatch("complex, a number or { re, im }", DescribeValue(env, value));
}

c10::IValue ToScalar(Environment& environment, napi_value value, const Place& place) {
  const napi_env env = environment.env();
  double number = 0;
  c10::complex<double> complex;
  switch (TypeOf(env, value)) {
    case napi_number:
      number = NumberOf(env, value);
      if (Integral(number) && std::abs(number) <= kMaxSafe) return static_cast<int64_t>(number);
      return number;
    case napi_bigint:
      return BigIntOf(env, value, place);
    case napi_boolean: {
      bool flag = false;
      napi_get_value_bool(env, value, &flag);
      return flag;
    }
    case napi_object:
      if (ForcedFloat(environment, value, &number)) return number;
      if (ComplexParts(env, value, &complex)) return complex;
      break;
    default:
      break;
  }
  throw place.Mismatch("a number, bigint, boolean or { re, im }", DescribeValue(env, value));
}

bool IsForcedFloat(Environment& environment, napi_value value) {
  double number = 0;
  return ForcedFloat(environment, value, &number);
}

bool IsNumberLike(Environment& environment, napi_value value) {
  c10::complex<double> complex;
  return IsForcedFloat(environment, value) || ComplexParts(environment.env(), value, &complex);
}

napi_value FromInt(napi_env env, int64_t value) {
  napi_value result = nullptr;
  constexpr auto kSafe = static_cast<int64_t>(kMaxSafe);
  const napi_status status = value >= -kSafe && value <= kSafe
                                 ? napi_create_int64(env, value, &result)
                                 : napi_create_bigint_int64(env, value, &result);
  NAPI_THROW_IF_FAILED(env, status, nullptr);
  return result;
}

napi_value FromFloat(napi_env env, double value) {
  napi_value result = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_create_double(env, value, &result), nullptr);
  return result;
}

napi_value FromComplex(napi_env env, c10::complex<double> value) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("re", value.real());
  object.Set("im", value.imag());
  return object;
}

napi_value FromScalar(napi_env env, const at::Scalar& value) {
  if (value.isComplex()) return FromComplex(env, value.toComplexDouble());
  if (value.isFloatingPoint()) return FromFloat(env, value.toDouble());
  if (value.isBoolean()) return Napi::Boolean::New(env, value.toBool());
  napi_value result = nullptr;
  const napi_status status = value.type() == c10::ScalarType::UInt64
                                 ? napi_create_bigint_uint64(env, value.toUInt64(), &result)
                                 : napi_create_bigint_int64(env, value.toLong(), &result);
  NAPI_THROW_IF_FAILED(env, status, nullptr);
  return result;
}

}  // namespace libtorch_node::binding

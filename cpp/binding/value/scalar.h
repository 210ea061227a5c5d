#pragma once

#include <ATen/core/ivalue.h>

#include <cstdint>

#include "binding/environment.h"
#include "binding/value/place.h"

namespace libtorch_node::binding {

/// Integral numbers of the safe range, and bigints of 64 bits. A fraction is a TypeError, too large
/// a RangeError.
int64_t ToInt(Environment& environment, napi_value value, const Place& place);
double ToFloat(Environment& environment, napi_value value, const Place& place);
c10::complex<double> ToComplex(Environment& environment, napi_value value, const Place& place);
/// An integral number is an int, a fraction a float, `float(2)` a float; bigint, boolean and { re,
/// im } as they are.
c10::IValue ToScalar(Environment& environment, napi_value value, const Place& place);

/// Whether it is `float(2)`.
bool IsForcedFloat(Environment& environment, napi_value value);
/// Whether an object stands for a number: `float(2)` or { re, im }.
bool IsNumberLike(Environment& environment, napi_value value);

/// Number inside the safe range, bigint outside.
napi_value FromInt(napi_env env, int64_t value);
napi_value FromFloat(napi_env env, double value);
napi_value FromComplex(napi_env env, c10::complex<double> value);
/// Keeps all 64 bits of what LibTorch hands on as int64.
napi_value FromScalar(napi_env env, const at::Scalar& value);

}  // namespace libtorch_node::binding

#include "binding/ops.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/tensor/handle_table.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/arguments.h"
#include "binding/value/describe.h"
#include "binding/value/from_ivalue.h"
#include "binding/value/scalar.h"
#include "core/jit/trace.h"
#include "core/ops/operator_set.h"
#include "core/ops/tensor_call.h"

namespace libtorch_node::binding {

namespace {

constexpr std::size_t kUsualArguments = 10;

/// A trailing plain object carries keyword arguments, unless the operator takes a dict there.
bool IsKeywords(Environment& environment, napi_value value) {
  const napi_env env = environment.env();
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  if (type != napi_object || FindTensor(environment, value) != nullptr) return false;
  bool is_array = false;
  napi_is_array(env, value, &is_array);
  return !is_array && environment.IsPlainObject(value) && !IsNumberLike(environment, value);
}

bool IsTensor(Environment& environment, napi_value value, const c10::TensorImpl* impl) {
  const TensorHandle* handle = FindTensor(environment, value);
  return handle != nullptr && handle->tensor.unsafeGetTensorImpl() == impl;
}

/// In-place operators give back their input, others their `out`: the same JavaScript object then,
/// not a second one.
napi_value FromResult(Environment& environment, const c10::IValue& result,
                      const CallArguments& arguments) {
  if (!result.isTensor()) return FromIValue(environment, result);
  // What nobody else holds is none of the inputs.
  if (result.toTensor().use_count() == 1) return FromIValue(environment, result);
  const c10::TensorImpl* impl = result.unsafeToTensorImpl();
  for (std::size_t i = 0; i < arguments.count; ++i) {
    if (IsTensor(environment, arguments.positional[i], impl)) return arguments.positional[i];
  }
  if (arguments.kwargs != nullptr) {
    const Napi::Object kwargs(environment.env(), arguments.kwargs);
    for (const std::string& name : KeywordNames(environment.env(), kwargs)) {
      const Napi::Value value = kwargs.Get(name);
      if (IsTensor(environment, value, impl)) return value;
    }
  }
  return FromIValue(environment, result);
}

/// A disposed tensor fits no overload, but that is not what is wrong.
void RejectDisposed(Environment& environment, const std::string& callee,
                    const CallArguments& arguments) {
  for (std::size_t i = 0; i < arguments.count; ++i) {
    napi_value value = arguments.positional[i];
    bool is_tensor = false;
    napi_instanceof(environment.env(), value, environment.TensorConstructor(), &is_tensor);
    if (is_tensor && FindTensor(environment, value) == nullptr) {
      throw core::Error("ERR_DISPOSED", callee + ": the tensor was disposed");
    }
  }
}

core::Overload& Resolve(Environment& environment, core::OperatorSet& set,
                        const CallArguments& arguments) {
  if (set.overloads.size() == 1) return set.overloads.front();
  for (core::Overload& overload : set.overloads) {
    if (MatchesSchema(environment, *overload.schema, arguments)) return overload;
  }
  RejectDisposed(environment, set.name, arguments);
  std::string got;
  for (std::size_t i = 0; i < arguments.count; ++i) {
    got += (i > 0 ? ", " : "") + DescribeValue(environment.env(), arguments.positional[i]);
  }
  if (arguments.kwargs != nullptr) {
    const Napi::Object kwargs(environment.env(), arguments.kwargs);
    for (const std::string& name : KeywordNames(environment.env(), kwargs)) {
      got += (got.empty() ? "" : ", ") + name + ": " +
             DescribeValue(environment.env(), kwargs.Get(name));
    }
  }
  std::string known;
  for (const core::Overload& overload : set.overloads) {
    known += "\n  " + core::ToString(*overload.schema);
  }
  throw core::Error("ERR_NO_OVERLOAD",
                    set.name + ": no overload takes (" + got + "); expected one of:" + known,
                    core::ErrorKind::kType);
}

napi_value Call(napi_env env, napi_callback_info info) {
  Environment& environment = Environment::Of(env);
  napi_value few[kUsualArguments];
  std::vector<napi_value> many;
  std::size_t count = kUsualArguments;
  void* data = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_get_cb_info(env, info, &count, few, nullptr, &data), nullptr);
  CallArguments arguments{few, count, nullptr, false};
  if (count > kUsualArguments) {
    many.resize(count);
    NAPI_THROW_IF_FAILED(env, napi_get_cb_info(env, info, &count, many.data(), nullptr, nullptr),
                         nullptr);
    arguments.positional = many.data();
  }
  if (count > 0 && IsKeywords(environment, arguments.positional[count - 1])) {
    arguments.kwargs = arguments.positional[--arguments.count];
  }
  auto& set = *static_cast<core::OperatorSet*>(data);
  arguments.numbers_as_tensors = set.numbers_as_tensors;
  core::Overload& overload = Resolve(environment, set, arguments);
  torch::jit::Stack stack = ToStack(environment, *overload.schema, 0, arguments, set.name);
  core::CallOperator(overload, stack);
  if (stack.size() == 1) return FromResult(environment, stack.front(), arguments);
  if (stack.empty()) return Napi::Env(env).Undefined();
  Napi::Array results = Napi::Array::New(env, stack.size());
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const Napi::Value result(env, FromResult(environment, stack[i], arguments));
    results.Set(static_cast<uint32_t>(i), result);
    // As PyTorch's named tuples: also by name.
    const std::string& name = overload.schema->returns()[i].name();
    if (!name.empty()) results.Set(name, result);
  }
  return results;
}

/// A function that owns what it calls.
template <napi_value (*Function)(napi_env, napi_callback_info), typename Callee>
napi_value NewFunction(napi_env env, const std::string& name, std::unique_ptr<Callee> callee) {
  napi_value function = nullptr;
  NAPI_THROW_IF_FAILED(env,
                       napi_create_function(env, name.c_str(), NAPI_AUTO_LENGTH,
                                            GuardedRaw<Function>, callee.get(), &function),
                       nullptr);
  NAPI_THROW_IF_FAILED(
      env,
      napi_add_finalizer(
          env, function, callee.get(),
          [](napi_env, void* data, void*) { delete static_cast<Callee*>(data); }, nullptr, nullptr),
      nullptr);
  callee.release();
  return function;
}

Napi::Value Bind(const Napi::CallbackInfo& info) {
  auto set =
      std::make_unique<core::OperatorSet>(core::FindOperators(info[0].ToString().Utf8Value()));
  const std::string name = set->name;
  return {info.Env(), NewFunction<Call>(info.Env(), name, std::move(set))};
}

/// What a short call answers besides the number of its result.
constexpr double kLongWay = 0;
constexpr double kSelf = -1;
constexpr double kOther = -2;

double ShortCall(Environment& environment, const core::TensorCall& call, const napi_value* values,
                 std::size_t count) {
  if (core::Trace::Current() != nullptr) return kLongWay;
  TensorHandle* inputs[2] = {nullptr, nullptr};
  for (std::size_t i = 1; i < count; ++i) {
    double number = 0;
    napi_get_value_double(environment.env(), values[i], &number);
    inputs[i - 1] = environment.tensors().Find(number);
    if (inputs[i - 1] == nullptr) return kLongWay;
  }
  at::Tensor result =
      inputs[1] == nullptr ? call(inputs[0]->tensor) : call(inputs[0]->tensor, inputs[1]->tensor);
  if (result.is_same(inputs[0]->tensor)) return kSelf;
  if (inputs[1] != nullptr && result.is_same(inputs[1]->tensor)) return kOther;
  if (result.has_storage() && result.storage().use_count() > 1) {
    for (TensorHandle* input : inputs) {
      if (input != nullptr) Publish(*input);
    }
  }
  return AttachTensor(environment, values[0], std::move(result));
}

template <std::size_t kTensors>
napi_value CallShort(napi_env env, napi_callback_info info) {
  Environment& environment = Environment::Of(env);
  napi_value values[kTensors + 1];
  std::size_t count = kTensors + 1;
  void* data = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_get_cb_info(env, info, &count, values, nullptr, &data), nullptr);
  const auto& call = *static_cast<core::TensorCall*>(data);
  napi_value answer = nullptr;
  napi_create_double(env, ShortCall(environment, call, values, kTensors + 1), &answer);
  return answer;
}

Napi::Value BindShort(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  const core::OperatorSet set = core::FindOperators(info[0].ToString().Utf8Value());
  Napi::Object calls = Napi::Object::New(env);
  if (const auto call = core::TensorCall::Find(set.overloads, 1)) {
    calls.Set("unary",
              NewFunction<CallShort<1>>(env, set.name, std::make_unique<core::TensorCall>(*call)));
  }
  if (const auto call = core::TensorCall::Find(set.overloads, 2)) {
    calls.Set("binary",
              NewFunction<CallShort<2>>(env, set.name, std::make_unique<core::TensorCall>(*call)));
  }
  return calls;
}

Napi::Value List(const Napi::CallbackInfo& info) {
  Napi::Array result = Napi::Array::New(info.Env());
  for (const core::Overload& overload : core::AllOperators()) {
    const Napi::HandleScope scope(info.Env());
    Napi::Object item = Napi::Object::New(info.Env());
    item.Set("name", overload.schema->name());
    item.Set("overload", overload.schema->overload_name());
    item.Set("schema", core::ToString(*overload.schema));
    item.Set("dispatched", overload.op->isC10Op());
    const std::string obstacle = core::ObstacleOf(*overload.op);
    if (!obstacle.empty()) item.Set("obstacle", obstacle);
    result.Set(result.Length(), item);
  }
  return result;
}

}  // namespace

void InitOps(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Bind>(room, "bind");
  Define<BindShort>(room, "bindShort");
  Define<List>(room, "list");
  exports.Set("ops", room);
}

}  // namespace libtorch_node::binding

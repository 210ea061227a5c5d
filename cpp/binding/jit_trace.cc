#include <ATen/core/Dict.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/jit.h"
#include "binding/module_handle.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/arguments.h"
#include "binding/value/describe.h"
#include "binding/value/from_ivalue.h"
#include "core/jit/trace.h"
#include "core/jit/trace_guard.h"

namespace libtorch_node::binding {

namespace {

// JavaScript values can contain themselves.
constexpr int kDeepest = 64;

using TensorDict = c10::Dict<std::string, at::Tensor>;

/// What a trace takes and gives: a tensor, an array of such values (a tuple), or an object or Map
/// with names and tensors (a dict). `clone`: the function may change its inputs, not the examples.
class Traceable {
 public:
  Traceable(Environment& environment, const char* code, bool clone)
      : environment_(environment), code_(code), clone_(clone) {}

  c10::IValue Read(napi_value value, const std::string& place, int depth = 0) const {
    const Napi::Env env(environment_.env());
    if (FindTensor(environment_, value) != nullptr) return ReadTensor(value);
    if (depth > kDeepest) throw Refused(value, place);
    bool is = false;
    napi_is_array(env, value, &is);
    if (is) return ReadArray(Napi::Array(env, value), place, depth);
    napi_valuetype kind = napi_undefined;
    napi_typeof(env, value, &kind);
    if (kind != napi_object) throw Refused(value, place);
    if (environment_.IsMap(value)) return ReadMap(Napi::Object(env, value), place);
    if (!environment_.IsPlainObject(value)) {
      napi_instanceof(env, value, environment_.TensorConstructor(), &is);
      if (is)
        throw core::Error("ERR_DISPOSED", "jit.trace: " + place + ": the tensor was disposed");
      throw Refused(value, place);
    }
    return ReadObject(Napi::Object(env, value), place);
  }

 private:
  at::Tensor ReadTensor(napi_value value) const {
    const at::Tensor& tensor = RequireTensor(environment_, value);
    if (!clone_) return tensor;
    at::Tensor copy = tensor.detach().clone();
    if (tensor.requires_grad()) copy.set_requires_grad(true);
    return copy;
  }

  c10::IValue ReadArray(const Napi::Array& array, const std::string& place, int depth) const {
    std::vector<c10::IValue> elements;
    for (uint32_t i = 0; i < array.Length(); ++i) {
      const std::string inside = place + "[" + std::to_string(i) + "]";
      elements.push_back(Read(array.Get(i), inside, depth + 1));
    }
    if (elements.empty()) throw Refused(array, place);
    return c10::ivalue::Tuple::create(std::move(elements));
  }

  c10::IValue ReadObject(const Napi::Object& object, const std::string& place) const {
    TensorDict dict;
    for (const std::string& key : KeywordNames(environment_.env(), object)) {
      dict.insert(key, ReadEntry(object.Get(key), place, key));
    }
    if (dict.empty()) throw Refused(object, place);
    return dict;
  }

  c10::IValue ReadMap(const Napi::Object& map, const std::string& place) const {
    const Napi::Env env(environment_.env());
    const Napi::Array entries = env.Global()
                                    .Get("Array")
                                    .As<Napi::Object>()
                                    .Get("from")
                                    .As<Napi::Function>()
                                    .Call({map})
                                    .As<Napi::Array>();
    TensorDict dict;
    for (uint32_t i = 0; i < entries.Length(); ++i) {
      const Napi::Array entry = entries.Get(i).As<Napi::Array>();
      const Napi::Value key = entry.Get(0U);
      if (!key.IsString()) throw Refused(map, place);
      const std::string name = StringOf(env, key);
      dict.insert(name, ReadEntry(entry.Get(1U), place, name));
    }
    if (dict.empty()) throw Refused(map, place);
    return dict;
  }

  at::Tensor ReadEntry(napi_value value, const std::string& place, const std::string& key) const {
    if (FindTensor(environment_, value) == nullptr) throw Refused(value, place + "['" + key + "']");
    return ReadTensor(value);
  }

  core::Error Refused(napi_value value, const std::string& place) const {
    const std::string code(code_);
    return core::Error(
        code,
        "jit.trace: " + place +
            ": expected a Tensor, an array of tensors, or an object of names and "
            "tensors, got " +
            DescribeValue(environment_.env(), value),
        code == "ERR_TRACE_FAILED" ? core::ErrorKind::kTorch : core::ErrorKind::kType);
  }

  Environment& environment_;
  const char* code_;
  const bool clone_;
};

torch::jit::Stack ReadExamples(Environment& environment, const Napi::Value& value) {
  const Traceable traceable(environment, "ERR_INVALID_ARG_TYPE", true);
  const Napi::Array examples = value.As<Napi::Array>();
  torch::jit::Stack stack;
  for (uint32_t i = 0; i < examples.Length(); ++i) {
    stack.push_back(traceable.Read(examples.Get(i), "examples[" + std::to_string(i) + "]"));
  }
  return stack;
}

core::Trace::Tensors ReadTensors(Environment& environment, const Napi::Value& value) {
  core::Trace::Tensors tensors;
  const Napi::Array entries = value.As<Napi::Array>();
  for (uint32_t i = 0; i < entries.Length(); ++i) {
    const Napi::Array entry = entries.Get(i).As<Napi::Array>();
    tensors.emplace_back(entry.Get(0U).ToString().Utf8Value(),
                         RequireTensor(environment, entry.Get(1U)));
  }
  return tensors;
}

c10::IValue CallTraced(Environment& environment, const Napi::Function& function,
                       const torch::jit::Stack& inputs) {
  std::vector<napi_value> arguments;
  for (const c10::IValue& input : inputs) arguments.push_back(FromIValue(environment, input));
  const Napi::Value output = function.Call(arguments);
  if (output.IsPromise()) {
    throw core::Error("ERR_TRACE_ASYNC",
                      "jit.trace: the function gave a Promise: what is traced is synchronous, "
                      "without async and await");
  }
  return Traceable(environment, "ERR_TRACE_FAILED", false).Read(output, "the function's result");
}

/// function, examples, { name, argumentNames, parameters, buffers }.
Napi::Value TraceFunction(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::Of(env);
  const Napi::Function function = info[0].As<Napi::Function>();
  const Napi::Object options = info[2].As<Napi::Object>();
  core::Trace::Request request;
  request.name = options.Get("name").ToString().Utf8Value();
  const Napi::Array names = options.Get("argumentNames").As<Napi::Array>();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    request.argument_names.push_back(names.Get(i).ToString().Utf8Value());
  }
  request.parameters = ReadTensors(environment, options.Get("parameters"));
  request.buffers = ReadTensors(environment, options.Get("buffers"));
  request.inputs = ReadExamples(environment, info[1]);
  const core::Trace::Result traced = core::Trace::Run(
      std::move(request),
      [&](torch::jit::Stack inputs) { return CallTraced(environment, function, inputs); });
  Napi::Object result = Napi::Object::New(env);
  auto handle = std::make_shared<ModuleHandle>(ModuleHandle{traced.engine, nullptr});
  result.Set("handle", Napi::Value(env, NewHandle(environment, std::move(handle))));
  Napi::Array random = Napi::Array::New(env);
  for (const std::string& name : traced.random_operators) random.Set(random.Length(), name);
  result.Set("random", random);
  return result;
}

Napi::Value IsTracing(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), core::Trace::Current() != nullptr);
}

Napi::Value RefuseRead(const Napi::CallbackInfo& info) {
  core::RefuseReadInTrace(info[0].ToString().Utf8Value().c_str());
  return info.Env().Undefined();
}

}  // namespace

void InitJitTrace(Napi::Env, Napi::Object room) {
  Define<TraceFunction>(room, "trace");
  Define<IsTracing>(room, "isTracing");
  Define<RefuseRead>(room, "refuseRead");
}

}  // namespace libtorch_node::binding

#include "binding/value/arguments.h"

#include <cctype>
#include <utility>

#include "binding/tensor/tensor_handle.h"
#include "binding/value/describe.h"
#include "binding/value/scalar.h"
#include "binding/value/to_ivalue.h"
#include "core/ops/number_tensor.h"

namespace libtorch_node::binding {

namespace {

bool IsUndefined(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type == napi_undefined;
}

std::string Camel(const std::string& snake) {
  std::string camel;
  for (std::size_t i = 0; i < snake.size(); ++i) {
    if (snake[i] == '_' && i > 0 && i + 1 < snake.size()) {
      camel += static_cast<char>(std::toupper(static_cast<unsigned char>(snake[++i])));
    } else {
      camel += snake[i];
    }
  }
  return camel;
}

/// The keyword argument of a name, PyTorch's or its camelCase form; null when there is none.
napi_value Keyword(napi_env env, napi_value kwargs, const std::string& name) {
  if (kwargs == nullptr) return nullptr;
  for (const std::string& key : {name, Camel(name)}) {
    bool has = false;
    napi_value js_key = Napi::String::New(env, key);
    NAPI_THROW_IF_FAILED(env, napi_has_own_property(env, kwargs, js_key, &has), nullptr);
    if (!has) continue;
    napi_value value = nullptr;
    NAPI_THROW_IF_FAILED(env, napi_get_property(env, kwargs, js_key, &value), nullptr);
    if (!IsUndefined(env, value)) return value;
  }
  return nullptr;
}

std::string SignatureOf(const c10::FunctionSchema& schema, std::size_t first) {
  std::string text = "(";
  for (std::size_t i = first; i < schema.arguments().size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i];
    if (i > first) text += ", ";
    text += argument.name() + ": " + argument.type()->annotation_str();
  }
  return text + ")";
}

/// Keyword arguments that no argument of the schema takes, or that were given by position as well.
void RejectUnknown(napi_env env, const c10::FunctionSchema& schema, std::size_t first,
                   const CallArguments& arguments, const std::string& callee) {
  for (const std::string& key : KeywordNames(env, arguments.kwargs)) {
    bool known = false;
    for (std::size_t at = first; at < schema.arguments().size() && !known; ++at) {
      const std::string& argument = schema.arguments()[at].name();
      known = argument == key || Camel(argument) == key;
      if (known && at - first < arguments.count) {
        throw core::Error(
            "ERR_INVALID_ARG_VALUE",
            callee + ": argument '" + key + "' was given twice, by position and by name",
            core::ErrorKind::kType);
      }
    }
    if (!known) {
      throw core::Error(
          "ERR_UNKNOWN_ARGUMENT",
          callee + ": unknown argument '" + key + "', expected " + SignatureOf(schema, first),
          core::ErrorKind::kType);
    }
  }
}

/// The type of the elements of `int[2] stride` and `int[1]? dim`; null for other arguments.
c10::TypePtr SizedElement(const c10::Argument& argument) {
  if (!argument.N()) return nullptr;
  c10::TypePtr type = argument.real_type();
  if (const auto* optional = type->castRaw<c10::OptionalType>()) type = optional->getElementType();
  const auto* list = type->castRaw<c10::ListType>();
  return list == nullptr ? nullptr : list->getElementType();
}

bool IsSingle(Environment& environment, napi_value value, const c10::Type& element) {
  napi_valuetype kind = napi_undefined;
  napi_typeof(environment.env(), value, &kind);
  return kind != napi_null && kind != napi_undefined && Matches(environment, value, element);
}

bool IsNumberForTensor(Environment& environment, const CallArguments& arguments,
                       const c10::Argument& argument, napi_value value) {
  return arguments.numbers_as_tensors &&
         argument.real_type()->kind() == c10::TypeKind::TensorType &&
         Matches(environment, value, *c10::NumberType::get());
}

c10::IValue Convert(Environment& environment, const CallArguments& arguments,
                    const c10::Argument& argument, napi_value value, const Place& place) {
  if (argument.real_type()->kind() == c10::TypeKind::TensorType) {
    // Tensors first: to ask an object whether it is a number takes many times as long.
    if (const TensorHandle* handle = FindTensor(environment, value)) return handle->tensor;
    if (IsNumberForTensor(environment, arguments, argument, value)) {
      return core::NumberTensor(ToScalar(environment, value, place).toScalar());
    }
  }
  const c10::TypePtr element = SizedElement(argument);
  // A single value stands for all elements.
  if (element != nullptr && IsSingle(environment, value, *element)) {
    c10::impl::GenericList list(
        element->kind() == c10::TypeKind::SymIntType ? c10::TypePtr(c10::IntType::get()) : element);
    const c10::IValue single = ToIValue(environment, value, element, place);
    for (int32_t i = 0; i < *argument.N(); ++i) list.push_back(single);
    return list;
  }
  return ToIValue(environment, value, argument.real_type(), place);
}

/// Whether every keyword argument is one that was not given by position.
bool TakesKeywords(napi_env env, const c10::FunctionSchema& schema,
                   const CallArguments& arguments) {
  for (const std::string& key : KeywordNames(env, arguments.kwargs)) {
    bool taken = false;
    for (std::size_t i = 0; i < schema.arguments().size() && !taken; ++i) {
      const c10::Argument& argument = schema.arguments()[i];
      taken = (argument.kwarg_only() || i >= arguments.count) &&
              (argument.name() == key || Camel(argument.name()) == key);
    }
    if (!taken) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> KeywordNames(napi_env env, napi_value kwargs) {
  napi_value names = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_get_property_names(env, kwargs, &names), {});
  uint32_t length = 0;
  NAPI_THROW_IF_FAILED(env, napi_get_array_length(env, names, &length), {});
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < length; ++i) {
    napi_value name = nullptr;
    NAPI_THROW_IF_FAILED(env, napi_get_element(env, names, i, &name), {});
    keys.push_back(StringOf(env, name));
  }
  return keys;
}

torch::jit::Stack ToStack(Environment& environment, const c10::FunctionSchema& schema,
                          std::size_t first, const CallArguments& arguments,
                          const std::string& callee) {
  const napi_env env = environment.env();
  const Place call(callee);
  const auto& declared = schema.arguments();
  torch::jit::Stack stack;
  stack.reserve(declared.size());
  std::size_t position = 0;
  for (std::size_t i = first; i < declared.size(); ++i) {
    const c10::Argument& argument = declared[i];
    napi_value value = nullptr;
    if (!argument.kwarg_only() && position < arguments.count) {
      value = arguments.positional[position++];
      if (argument.default_value() && IsUndefined(env, value)) value = nullptr;
    } else {
      value = Keyword(env, arguments.kwargs, argument.name());
    }
    if (value != nullptr) {
      stack.push_back(
          Convert(environment, arguments, argument, value, Place(call, argument.name())));
    } else if (argument.default_value()) {
      stack.push_back(*argument.default_value());
    } else {
      throw core::Error("ERR_MISSING_ARGUMENT",
                        callee + ": missing argument '" + argument.name() + "', expected " +
                            SignatureOf(schema, first),
                        core::ErrorKind::kType);
    }
  }
  if (position < arguments.count) {
    throw core::Error("ERR_TOO_MANY_ARGUMENTS",
                      callee + ": expected at most " + std::to_string(position) +
                          " arguments, got " + std::to_string(arguments.count) + ": " +
                          SignatureOf(schema, first),
                      core::ErrorKind::kType);
  }
  if (arguments.kwargs != nullptr) RejectUnknown(env, schema, first, arguments, callee);
  return stack;
}

bool MatchesSchema(Environment& environment, const c10::FunctionSchema& schema,
                   const CallArguments& arguments) {
  const napi_env env = environment.env();
  std::size_t position = 0;
  for (const c10::Argument& argument : schema.arguments()) {
    napi_value value = nullptr;
    if (!argument.kwarg_only() && position < arguments.count) {
      value = arguments.positional[position++];
      if (argument.default_value() && IsUndefined(env, value)) continue;
    } else {
      value = Keyword(env, arguments.kwargs, argument.name());
    }
    if (value == nullptr) {
      if (!argument.default_value()) return false;
      continue;
    }
    if (Matches(environment, value, *argument.real_type())) continue;
    if (IsNumberForTensor(environment, arguments, argument, value)) continue;
    const c10::TypePtr element = SizedElement(argument);
    if (element == nullptr || !IsSingle(environment, value, *element)) return false;
  }
  if (position != arguments.count) return false;
  return arguments.kwargs == nullptr || TakesKeywords(env, schema, arguments);
}

}  // namespace libtorch_node::binding

#include "binding/schema.h"

#include "binding/value/from_ivalue.h"

namespace libtorch_node::binding {

namespace {

/// Defaults that are plain values can be shown; a tensor would have to be kept alive with the
/// description.
bool Showable(const c10::IValue& value) {
  if (value.isList()) {
    for (const c10::IValue& element : value.toListRef()) {
      if (!Showable(element)) return false;
    }
    return true;
  }
  return value.isNone() || value.isInt() || value.isDouble() || value.isBool() ||
         value.isString() || value.isComplexDouble() || value.isDevice();
}

std::string ReturnsOf(const c10::FunctionSchema& schema) {
  const auto& returns = schema.returns();
  if (returns.size() == 1) return returns[0].type()->annotation_str();
  std::string text = "Tuple[";
  for (std::size_t i = 0; i < returns.size(); ++i) {
    if (i > 0) text += ", ";
    text += returns[i].type()->annotation_str();
  }
  return returns.empty() ? "None" : text + "]";
}

}  // namespace

Napi::Object DescribeSchema(Environment& environment, const c10::FunctionSchema& schema,
                            std::size_t first) {
  const Napi::Env env(environment.env());
  Napi::Array arguments = Napi::Array::New(env);
  for (std::size_t i = first; i < schema.arguments().size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i];
    Napi::Object item = Napi::Object::New(env);
    item.Set("name", argument.name());
    item.Set("type", argument.type()->annotation_str());
    item.Set("kwOnly", argument.kwarg_only());
    item.Set("hasDefault", argument.default_value().has_value());
    if (argument.default_value() && Showable(*argument.default_value())) {
      item.Set("default", Napi::Value(env, FromIValue(environment, *argument.default_value())));
    }
    arguments.Set(arguments.Length(), item);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("args", arguments);
  result.Set("returns", ReturnsOf(schema));
  return result;
}

}  // namespace libtorch_node::binding

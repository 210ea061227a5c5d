#include "binding/script_object.h"

#include <memory>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/schema.h"
#include "binding/value/arguments.h"
#include "binding/value/from_ivalue.h"
#include "binding/wrapped.h"
#include "core/module/script_object.h"

namespace libtorch_node::binding {

/// An object of a script or custom class, opaque to JavaScript.
struct ScriptObjectHandle {
  c10::intrusive_ptr<c10::ivalue::Object> object;
};

template <>
struct HandleKind<ScriptObjectHandle> {
  static constexpr const char* kName = "a script object";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x6f626a6563740001};
};

namespace {

Napi::Value Methods(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto handle = RequireHandleOf<ScriptObjectHandle>(environment, info[0]);
  Napi::Array result = Napi::Array::New(info.Env());
  for (const torch::jit::Function* method : core::MethodsOf(*handle->object)) {
    Napi::Object item = DescribeSchema(environment, method->getSchema(), 1);
    item.Set("name", method->name());
    item.Set("stateful", true);
    result.Set(result.Length(), item);
  }
  return result;
}

Napi::Value Run(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  Environment& environment = Environment::Of(env);
  const auto handle = RequireHandleOf<ScriptObjectHandle>(environment, info[0]);
  torch::jit::Function& method = core::MethodOf(*handle->object, info[1].ToString().Utf8Value());
  const Napi::Array args = info[2].As<Napi::Array>();
  std::vector<napi_value> positional;
  for (uint32_t i = 0; i < args.Length(); ++i) positional.push_back(args.Get(i));
  const Napi::Value kwargs = info[3];
  const CallArguments arguments{positional.data(), positional.size(),
                                kwargs.IsObject() ? static_cast<napi_value>(kwargs) : nullptr};
  torch::jit::Stack stack = ToStack(environment, method.getSchema(), 1, arguments, method.name());
  return Napi::Value(
      env, FromIValue(environment, core::RunMethod(handle->object, method, std::move(stack))));
}

Napi::Value Attribute(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto handle = RequireHandleOf<ScriptObjectHandle>(environment, info[0]);
  return Napi::Value(
      info.Env(),
      FromIValue(environment, core::AttributeOf(*handle->object, info[1].ToString().Utf8Value())));
}

}  // namespace

napi_value NewScriptObject(Environment& environment,
                           c10::intrusive_ptr<c10::ivalue::Object> object) {
  const std::string type_name = object->type()->annotation_str();
  auto handle = std::make_shared<ScriptObjectHandle>(ScriptObjectHandle{std::move(object)});
  napi_value inner = NewHandle(environment, handle);
  const Napi::Value shown =
      environment.WrapScriptObject(Napi::Value(environment.env(), inner), type_name);
  // The public object carries the same value, so that it can come back as an argument.
  WrapInto<ScriptObjectHandle>(environment, shown, std::move(handle));
  return shown;
}

c10::intrusive_ptr<c10::ivalue::Object> FindScriptObject(Environment& environment,
                                                         napi_value value) {
  const auto handle = FindHandle<ScriptObjectHandle>(environment, value);
  return handle == nullptr ? c10::intrusive_ptr<c10::ivalue::Object>() : handle->object;
}

void InitScriptObject(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Methods>(room, "methods");
  Define<Run>(room, "run");
  Define<Attribute>(room, "attribute");
  exports.Set("scriptObject", room);
}

}  // namespace libtorch_node::binding

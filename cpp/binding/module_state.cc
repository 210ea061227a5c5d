#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/tensor/tensor_list.h"
#include "binding/value/from_ivalue.h"
#include "binding/value/to_ivalue.h"

namespace libtorch_node::binding {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Readers share the module with runs, and wait for mutators; those of attributes also for stateful
/// runs.
class Reading {
 public:
  explicit Reading(const Napi::CallbackInfo& info, bool of_attributes = false)
      : environment_(Environment::Of(info.Env())),
        engine_(RequireTorchScript(environment_, info[0])),
        pass_(engine_->gate()->Enter(of_attributes ? engine_->WholeRequest()
                                                   : core::Gate::Request{})) {}

  core::TorchScriptEngine* operator->() const { return engine_.get(); }
  Environment& environment() const { return environment_; }

 private:
  Environment& environment_;
  std::shared_ptr<core::TorchScriptEngine> engine_;
  core::Gate::Pass pass_;
};

Napi::Value FromTensors(Environment& environment,
                        const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  const Napi::Env env(environment.env());
  Napi::Array result = Napi::Array::New(env, tensors.size());
  uint32_t index = 0;
  for (const auto& [name, tensor] : tensors) {
    const Napi::HandleScope scope(env);
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0U, name);
    pair.Set(1U, Napi::Value(env, NewTensor(environment, tensor)));
    result.Set(index++, pair);
  }
  return result;
}

Napi::Value TypeName(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return Napi::String::New(info.Env(), module->TypeName());
}

Napi::Value NamedParameters(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return FromTensors(module.environment(), module->NamedParameters());
}

Napi::Value Parameters(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return NewTensorList(module.environment(), module->Parameters());
}

Napi::Value ZeroGrad(const Napi::CallbackInfo& info) {
  const Reading module(info);
  module->ZeroGrad(info[1].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value RequireGrad(const Napi::CallbackInfo& info) {
  const Reading module(info);
  module->RequireGrad(info[1].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value NamedBuffers(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return FromTensors(module.environment(), module->NamedBuffers());
}

Napi::Value NamedModules(const Napi::CallbackInfo& info) {
  const Reading module(info);
  Napi::Array result = Napi::Array::New(info.Env());
  for (const auto& [name, type] : module->NamedModules()) {
    Napi::Array pair = Napi::Array::New(info.Env(), 2);
    pair.Set(0U, name);
    pair.Set(1U, type);
    result.Set(result.Length(), pair);
  }
  return result;
}

Napi::Value Attributes(const Napi::CallbackInfo& info) {
  const Reading module(info);
  Napi::Array result = Napi::Array::New(info.Env());
  const Pairs attributes = module->Attributes(info[1].ToString().Utf8Value());
  for (const auto& [name, type] : attributes) {
    Napi::Object item = Napi::Object::New(info.Env());
    item.Set("name", name);
    item.Set("type", type);
    result.Set(result.Length(), item);
  }
  return result;
}

Napi::Value Attribute(const Napi::CallbackInfo& info) {
  const Reading module(info, true);
  return Napi::Value(info.Env(), FromIValue(module.environment(),
                                            module->Attribute(info[1].ToString().Utf8Value())));
}

Napi::Value Graph(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return Napi::String::New(info.Env(),
                           module->Graph(info[1].ToString().Utf8Value(), info[2].ToBoolean()));
}

Napi::Value Code(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return Napi::String::New(info.Env(), module->Code(info[1].ToString().Utf8Value()));
}

Napi::Value Training(const Napi::CallbackInfo& info) {
  const Reading module(info);
  return Napi::Boolean::New(info.Env(), module->training());
}

}  // namespace

void InitModuleState(Napi::Env, Napi::Object room) {
  Define<TypeName>(room, "typeName");
  Define<NamedParameters>(room, "namedParameters");
  Define<Parameters>(room, "parameters");
  Define<ZeroGrad>(room, "zeroGrad");
  Define<RequireGrad>(room, "requireGrad");
  Define<NamedBuffers>(room, "namedBuffers");
  Define<NamedModules>(room, "namedModules");
  Define<Attributes>(room, "attributes");
  Define<Attribute>(room, "attribute");
  Define<Graph>(room, "graph");
  Define<Code>(room, "code");
  Define<Training>(room, "training");
}

}  // namespace libtorch_node::binding

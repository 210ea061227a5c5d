#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/jit.h"
#include "binding/module_handle.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/value/describe.h"
#include "binding/value/infer.h"
#include "binding/value/to_ivalue.h"
#include "core/jit/compile.h"
#include "core/module/module_copy.h"

namespace libtorch_node::binding {

namespace {

/// What belongs to a module, as [name, value, ...] each.
class Entries {
 public:
  Entries(const Napi::Object& members, const char* kind)
      : entries_(members.Get(kind).As<Napi::Array>()) {}
  uint32_t count() const { return entries_.Length(); }
  std::string name(uint32_t i) const { return Item(i, 0).ToString().Utf8Value(); }
  Napi::Value value(uint32_t i) const { return Item(i, 1); }
  Napi::Value type(uint32_t i) const { return Item(i, 2); }

 private:
  Napi::Value Item(uint32_t i, uint32_t at) const {
    return entries_.Get(i).As<Napi::Array>().Get(at);
  }
  Napi::Array entries_;
};

void AddTensors(Environment& environment, core::ScriptCompiler& compiler,
                const Napi::Object& members) {
  const Entries parameters(members, "parameters");
  for (uint32_t i = 0; i < parameters.count(); ++i) {
    const Napi::Value value = parameters.value(i);
    if (value.IsNull()) {
      compiler.AddNone(parameters.name(i));
    } else {
      compiler.AddParameter(parameters.name(i), RequireTensor(environment, value));
    }
  }
  const Entries buffers(members, "buffers");
  for (uint32_t i = 0; i < buffers.count(); ++i) {
    const Napi::Value value = buffers.value(i);
    if (value.IsNull()) {
      compiler.AddNone(buffers.name(i));
    } else {
      compiler.AddBuffer(buffers.name(i), RequireTensor(environment, value));
    }
  }
}

void AddValues(Environment& environment, core::ScriptCompiler& compiler,
               const Napi::Object& members) {
  const std::string callee = "jit.compile";
  const Place place(callee);
  const Entries attributes(members, "attributes");
  for (uint32_t i = 0; i < attributes.count(); ++i) {
    const std::string name = attributes.name(i);
    const Place at(place, name);
    const Napi::Value value = attributes.value(i);
    const Napi::Value declared = attributes.type(i);
    const c10::TypePtr type = declared.IsString()
                                  ? compiler.ParseType(declared.ToString().Utf8Value())
                                  : InferType(environment, value, at);
    compiler.AddAttribute(name, type, ToIValue(environment, value, type, at));
  }
  const Entries constants(members, "constants");
  for (uint32_t i = 0; i < constants.count(); ++i) {
    const std::string name = constants.name(i);
    compiler.AddConstant(name, ToConstant(environment, constants.value(i), Place(place, name)));
  }
}

/// The same weights, own attributes.
torch::jit::Module ModuleOf(Environment& environment, napi_value value) {
  const auto engine = RequireTorchScript(environment, value);
  const core::Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  return core::CopyAttributes(engine->module(), /*own_state=*/false);
}

void AddModules(Environment& environment, core::ScriptCompiler& compiler,
                const Napi::Object& members) {
  const Entries modules(members, "submodules");
  for (uint32_t i = 0; i < modules.count(); ++i) {
    const Napi::Value value = modules.value(i);
    if (!value.IsArray()) {
      compiler.AddSubmodule(modules.name(i), ModuleOf(environment, value));
      continue;
    }
    const Napi::Array list = value.As<Napi::Array>();
    std::vector<torch::jit::Module> parts;
    for (uint32_t j = 0; j < list.Length(); ++j) {
      parts.push_back(ModuleOf(environment, list.Get(j)));
    }
    compiler.AddSubmodules(modules.name(i), parts);
  }
}

Napi::Value Compile(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Napi::Object members = info[2].As<Napi::Object>();
  core::ScriptCompiler compiler(StringOf(info.Env(), info[0]), StringOf(info.Env(), info[1]));
  AddTensors(environment, compiler, members);
  AddValues(environment, compiler, members);
  AddModules(environment, compiler, members);
  auto handle = std::make_shared<ModuleHandle>(ModuleHandle{compiler.Compile(), nullptr});
  return Napi::Value(info.Env(), NewHandle(environment, std::move(handle)));
}

}  // namespace

void InitJitCompile(Napi::Env, Napi::Object room) { Define<Compile>(room, "compile"); }

}  // namespace libtorch_node::binding

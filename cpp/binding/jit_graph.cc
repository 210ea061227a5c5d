#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/jit.h"
#include "binding/module_handle.h"
#include "binding/promise_task.h"
#include "binding/value/arguments.h"
#include "binding/value/from_ivalue.h"
#include "binding/value/names.h"
#include "core/jit/graph_data.h"
#include "core/module/call_inputs.h"

namespace libtorch_node::binding {

namespace {

template <typename Items, typename Make>
Napi::Array ToArray(Napi::Env env, const Items& items, const Make& make) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); ++i) {
    const Napi::HandleScope scope(env);
    array.Set(i, make(items[i]));
  }
  return array;
}

Napi::Array ToNumbers(Napi::Env env, const std::vector<std::size_t>& ids) {
  return ToArray(env, ids,
                 [env](std::size_t id) { return Napi::Number::New(env, static_cast<double>(id)); });
}

Napi::Value FromShape(Napi::Env env, const std::optional<std::vector<int64_t>>& shape) {
  if (!shape) return env.Null();
  return ToArray(env, *shape, [env](int64_t size) -> Napi::Value {
    if (size < 0) return env.Null();
    return Napi::Number::New(env, static_cast<double>(size));
  });
}

Napi::Value FromValue(Napi::Env env, const core::GraphValue& value) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", value.name);
  object.Set("type", value.type);
  object.Set("dtype", value.dtype ? Napi::Value(Napi::String::New(env, DTypeName(*value.dtype)))
                                  : env.Null());
  object.Set("shape", FromShape(env, value.shape));
  return object;
}

class Nodes {
 public:
  explicit Nodes(Environment& environment) : environment_(environment), env_(environment.env()) {}

  Napi::Value FromBlock(const core::GraphBlock& block) const {
    Napi::Object object = Napi::Object::New(env_);
    object.Set("inputs", ToNumbers(env_, block.inputs));
    object.Set("outputs", ToNumbers(env_, block.outputs));
    object.Set("nodes", ToArray(env_, block.nodes,
                                [this](const core::GraphNode& node) { return FromNode(node); }));
    return object;
  }

 private:
  Napi::Value FromNode(const core::GraphNode& node) const {
    Napi::Object object = Napi::Object::New(env_);
    object.Set("kind", node.kind);
    object.Set("scope", node.scope);
    if (!node.target.empty()) object.Set("target", node.target);
    object.Set("inputs", ToArray(env_, node.inputs, [this](const core::GraphInput& input) {
                 Napi::Object item = Napi::Object::New(env_);
                 item.Set("value", static_cast<double>(input.value));
                 if (!input.name.empty()) item.Set("name", input.name);
                 if (input.is_default) item.Set("isDefault", true);
                 return item;
               }));
    object.Set("outputs", ToNumbers(env_, node.outputs));
    object.Set("blocks", ToArray(env_, node.blocks, [this](const core::GraphBlock& block) {
                 return FromBlock(block);
               }));
    if (node.constant) {
      object.Set("constant", Napi::Value(env_, FromIValue(environment_, *node.constant)));
    }
    if (node.source) object.Set("source", FromSource(*node.source));
    return object;
  }

  Napi::Value FromSource(const core::GraphSource& source) const {
    Napi::Object object = Napi::Object::New(env_);
    object.Set("file", source.file);
    object.Set("line", static_cast<double>(source.line));
    object.Set("column", static_cast<double>(source.column));
    return object;
  }

  Environment& environment_;
  const Napi::Env env_;
};

napi_value FromGraph(Environment& environment, const std::string& method,
                     const core::GraphData& data) {
  const Napi::Env env(environment.env());
  Napi::Object object = Napi::Object::New(env);
  object.Set("method", method);
  object.Set("values", ToArray(env, data.values, [env](const core::GraphValue& value) {
               return FromValue(env, value);
             }));
  object.Set("body", Nodes(environment).FromBlock(data.body));
  return object;
}

core::GraphDataOptions ReadOptions(const Napi::CallbackInfo& info) {
  return {info[2].ToBoolean(), info[3].ToBoolean()};
}

Napi::Value GraphData(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireTorchScript(environment, info[0]);
  const std::string method = engine->FindMethod(info[1].ToString().Utf8Value()).name;
  const core::Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
  const core::GraphData data = core::ReadGraph(engine->module(), method, ReadOptions(info));
  return Napi::Value(info.Env(), FromGraph(environment, method, data));
}

/// The same with dtypes and shapes that a run with these arguments has.
Napi::Value ObservedGraphData(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto engine = RequireTorchScript(environment, info[0]);
  const core::Method& method = engine->FindMethod(info[1].ToString().Utf8Value());
  const Napi::Array given = info[4].As<Napi::Array>();
  std::vector<napi_value> examples;
  for (uint32_t i = 0; i < given.Length(); ++i) examples.push_back(given.Get(i));
  CallArguments arguments;
  arguments.positional = examples.data();
  arguments.count = examples.size();
  torch::jit::Stack inputs = ToStack(environment, *method.schema, 1, arguments, method.name);
  core::PrepareInputs(inputs, core::RunPlace::kElsewhere);
  Work work = [engine, name = method.name, options = ReadOptions(info),
               inputs = std::move(inputs)]() -> Settle {
    return [name, data = core::ReadGraph(engine->module(), name, options, inputs)](
               Environment& settling) { return FromGraph(settling, name, data); };
  };
  const auto pool = PoolOf(environment, nullptr, RequireModule(environment, info[0])->pool);
  return Napi::Value(info.Env(), Async(environment, pool, std::move(work), engine->gate(),
                                       engine->WholeRequest()));
}

}  // namespace

void InitJitGraph(Napi::Env, Napi::Object room) {
  Define<GraphData>(room, "graphData");
  Define<ObservedGraphData>(room, "observedGraphData");
}

}  // namespace libtorch_node::binding

#include "binding/pruning.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "binding/tensor/tensor_handle.h"
#include "core/pruning/prune.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::binding {

namespace {

using Engine = std::shared_ptr<core::TorchScriptEngine>;
using Kind = core::PruningMethod::Kind;

Engine EngineOf(const Napi::CallbackInfo& info) {
  return RequireTorchScript(Environment::Of(info.Env()), info[0]);
}

at::Tensor ReadTensor(Environment& environment, const Napi::Value& value) {
  if (value.IsUndefined() || value.IsNull()) return {};
  return core::AsNormalTensor(RequireTensor(environment, value)).detach();
}

Kind KindOf(const std::string& name) {
  if (name == "randomUnstructured") return Kind::kRandomUnstructured;
  if (name == "lnStructured") return Kind::kLnStructured;
  if (name == "randomStructured") return Kind::kRandomStructured;
  if (name == "customFromMask") return Kind::kMask;
  return Kind::kL1Unstructured;
}

core::PruningMethod ReadMethod(Environment& environment, const Napi::Object& given) {
  core::PruningMethod method;
  method.kind = KindOf(given.Get("kind").ToString().Utf8Value());
  if (method.kind == Kind::kMask) {
    method.mask = ReadTensor(environment, given.Get("mask"));
    return method;
  }
  const Napi::Number amount = given.Get("amount").ToNumber();
  if (given.Get("counts").ToBoolean()) {
    method.amount = amount.Int64Value();
  } else {
    method.amount = amount.DoubleValue();
  }
  core::CheckAmount(method.amount);
  const Napi::Value norm = given.Get("n");
  if (norm.IsString()) method.norm = norm.ToString().Utf8Value();
  if (norm.IsNumber()) method.norm = norm.ToNumber().DoubleValue();
  const Napi::Value dim = given.Get("dim");
  if (dim.IsNumber()) method.dim = dim.ToNumber().Int64Value();
  return method;
}

core::PruningRequest ReadRequest(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  core::PruningRequest request;
  const Napi::Array names = info[1].As<Napi::Array>();
  const Napi::Array scores = info[3].As<Napi::Array>();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    request.names.push_back(names.Get(i).ToString().Utf8Value());
    request.scores.push_back(ReadTensor(environment, scores.Get(i)));
  }
  request.method = ReadMethod(environment, info[2].As<Napi::Object>());
  return request;
}

void Put(const Engine& engine, torch::jit::Module made) {
  if (made._ivalue() != engine->module()._ivalue()) engine->Replace(std::move(made));
}

Napi::Value Prune(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const core::PruningRequest request = ReadRequest(info);
  const core::Gate::Pass pass = EnterAlone(engine);
  Put(engine, core::Prune(engine->module(), request));
  return info.Env().Undefined();
}

Napi::Value Remove(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const core::Gate::Pass pass = EnterAlone(engine);
  Put(engine, core::RemovePruning(engine->module(), {info[1].ToString().Utf8Value()}));
  return info.Env().Undefined();
}

Napi::Value PrunedNames(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const core::Gate::Pass pass = engine->gate()->Enter({});
  const std::vector<std::string> names = core::PrunedNames(engine->module());
  Napi::Array result = Napi::Array::New(info.Env(), names.size());
  for (uint32_t i = 0; i < names.size(); ++i) result.Set(i, names[i]);
  return result;
}

Napi::Value Sparsity(const Napi::CallbackInfo& info) {
  const Engine engine = EngineOf(info);
  const core::Gate::Pass pass = engine->gate()->Enter({});
  const std::vector<core::ParameterSparsity> all = core::SparsityOf(engine->module());
  Napi::Array result = Napi::Array::New(info.Env(), all.size());
  for (uint32_t i = 0; i < all.size(); ++i) {
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("name", all[i].name);
    entry.Set("pruned", all[i].pruned);
    entry.Set("zeros", static_cast<double>(all[i].zeros));
    entry.Set("total", static_cast<double>(all[i].total));
    result.Set(i, entry);
  }
  return result;
}

}  // namespace

void InitPruning(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Prune>(room, "prune");
  Define<Remove>(room, "remove");
  Define<PrunedNames>(room, "prunedNames");
  Define<Sparsity>(room, "sparsity");
  InitPruningShrink(env, room);
  exports.Set("pruning", room);
}

}  // namespace libtorch_node::binding

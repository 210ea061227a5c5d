#include "binding/optim.h"

#include <ATen/ops/scalar_tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "binding/error_guard.h"
#include "binding/tensor/tensor_handle.h"
#include "binding/tensor/tensor_list.h"
#include "binding/wrapped.h"
#include "core/error.h"
#include "core/jit/trace_guard.h"
#include "core/optim/optimizer.h"

namespace libtorch_node::binding {

/// Disposed when `optimizer` is null.
struct OptimizerHandle {
  std::unique_ptr<core::Optimizer> optimizer;
};

template <>
struct HandleKind<OptimizerHandle> {
  static constexpr const char* kName = "an optimizer";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x6f7074696d000001};
};

namespace {

core::Optimizer& OptimizerOf(const Napi::CallbackInfo& info) {
  const auto handle = RequireHandleOf<OptimizerHandle>(Environment::Of(info.Env()), info[0]);
  if (handle->optimizer == nullptr) throw core::Error("ERR_DISPOSED", "the optimizer was disposed");
  return *handle->optimizer;
}

Napi::Value Create(const Napi::CallbackInfo& info) {
  const auto kind = info[0].ToString().Utf8Value() == "sgd" ? core::OptimizerKind::kSgd
                                                            : core::OptimizerKind::kAdam;
  auto handle = std::make_shared<OptimizerHandle>();
  handle->optimizer = std::make_unique<core::Optimizer>(kind);
  return Napi::Value(info.Env(), NewHandle(Environment::Of(info.Env()), std::move(handle)));
}

Napi::Value AddGroup(const Napi::CallbackInfo& info) {
  const auto parameters = ReadTensors(Environment::Of(info.Env()), info[1]);
  OptimizerOf(info).AddGroup(parameters);
  return info.Env().Undefined();
}

double NumberAt(const Napi::Object& options, const char* name, double otherwise) {
  const Napi::Value value = options.Get(name);
  return value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : otherwise;
}

bool FlagAt(const Napi::Object& options, const char* name) { return options.Get(name).ToBoolean(); }

core::OptimizerOptions ReadOptions(const Napi::Object& given) {
  core::OptimizerOptions options;
  options.lr = NumberAt(given, "lr", options.lr);
  options.weight_decay = NumberAt(given, "weightDecay", options.weight_decay);
  options.maximize = FlagAt(given, "maximize");
  options.momentum = NumberAt(given, "momentum", options.momentum);
  options.dampening = NumberAt(given, "dampening", options.dampening);
  options.nesterov = FlagAt(given, "nesterov");
  options.beta1 = NumberAt(given, "beta1", options.beta1);
  options.beta2 = NumberAt(given, "beta2", options.beta2);
  options.eps = NumberAt(given, "eps", options.eps);
  options.amsgrad = FlagAt(given, "amsgrad");
  options.decoupled_weight_decay = FlagAt(given, "decoupledWeightDecay");
  return options;
}

Napi::Value Step(const Napi::CallbackInfo& info) {
  core::RefuseInTrace("step()");
  const Napi::Array groups = info[1].As<Napi::Array>();
  std::vector<core::OptimizerOptions> options;
  for (uint32_t i = 0; i < groups.Length(); ++i) {
    options.push_back(ReadOptions(groups.Get(i).As<Napi::Object>()));
  }
  OptimizerOf(info).Step(options);
  return info.Env().Undefined();
}

Napi::Value ZeroGrad(const Napi::CallbackInfo& info) {
  OptimizerOf(info).ZeroGrad(info[1].ToBoolean());
  return info.Env().Undefined();
}

struct Slot {
  const char* name;
  at::Tensor core::OptimizedParameter::* tensor;
};
constexpr Slot kSlots[] = {
    {"momentum_buffer", &core::OptimizedParameter::momentum_buffer},
    {"exp_avg", &core::OptimizedParameter::exp_avg},
    {"exp_avg_sq", &core::OptimizedParameter::exp_avg_sq},
    {"max_exp_avg_sq", &core::OptimizedParameter::max_exp_avg_sq},
};

core::OptimizedParameter& ParameterAt(const Napi::CallbackInfo& info) {
  auto index = static_cast<std::size_t>(info[1].ToNumber().Int64Value());
  for (core::OptimizedGroup& group : OptimizerOf(info).groups()) {
    if (index < group.size()) return group[index];
    index -= group.size();
  }
  throw core::Error("ERR_OUT_OF_RANGE", "optim: there is no parameter of this number",
                    core::ErrorKind::kRange);
}

/// What past steps left of the parameter of a number, by PyTorch's names.
Napi::Value State(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const core::OptimizedParameter state = ParameterAt(info);  // JavaScript may add a group
  Napi::Object result = Napi::Object::New(info.Env());
  if (state.step > 0) {
    result.Set("step",
               Napi::Value(info.Env(), NewTensor(environment, at::scalar_tensor(state.step))));
  }
  for (const Slot& slot : kSlots) {
    const at::Tensor& tensor = state.*slot.tensor;
    if (!tensor.defined()) continue;
    result.Set(slot.name, Napi::Value(info.Env(), NewTensor(environment, tensor)));
  }
  return result;
}

/// Copies of the tensors, like the parameter. Throws ERR_STATE_DICT for other shapes.
Napi::Value SetState(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Napi::Object given = info[2].As<Napi::Object>();
  core::OptimizedParameter loaded;
  loaded.step = NumberAt(given, "step", 0);
  for (const Slot& slot : kSlots) {
    const Napi::Value value = given.Get(slot.name);
    if (!value.IsNull() && !value.IsUndefined()) {
      loaded.*slot.tensor = RequireTensor(environment, value);
    }
  }
  ParameterAt(info).Load(loaded);
  return info.Env().Undefined();
}

Napi::Value Dispose(const Napi::CallbackInfo& info) {
  RequireHandleOf<OptimizerHandle>(Environment::Of(info.Env()), info[0])->optimizer = nullptr;
  return info.Env().Undefined();
}

}  // namespace

void InitOptim(Napi::Env env, Napi::Object exports) {
  Napi::Object room = Napi::Object::New(env);
  Define<Create>(room, "create");
  Define<AddGroup>(room, "addGroup");
  Define<Step>(room, "step");
  Define<ZeroGrad>(room, "zeroGrad");
  Define<State>(room, "state");
  Define<SetState>(room, "setState");
  Define<Dispose>(room, "dispose");
  exports.Set("optim", room);
}

}  // namespace libtorch_node::binding

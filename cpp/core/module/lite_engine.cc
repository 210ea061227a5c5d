#include "core/module/lite_engine.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/mobile/interpreter.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/error_message.h"
#include "core/module/lite_objects.h"
#include "core/module/lite_schema.h"
#include "core/module/lite_slots.h"
#include "core/module/lite_verify.h"
#include "core/module/module_copy.h"
#include "core/module/plain_type_name.h"
#include "core/tensor/normal_tensor.h"
#include "core/tensor/size_guard.h"

namespace libtorch_node::core {
namespace {

using torch::jit::mobile::Function;

/// The unit also holds what other classes' objects and interfaces call.
std::vector<std::size_t> OwnFunctions(const torch::jit::mobile::CompilationUnit& unit,
                                      const std::string& type) {
  std::vector<std::size_t> own;
  std::vector<std::size_t> all;
  std::set<std::string> names;
  const auto& functions = unit.methods();
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (functions[i]->qualname().prefix() == type) own.push_back(i);
    if (names.insert(functions[i]->name()).second) all.push_back(i);
  }
  return own.empty() ? all : own;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

LiteEngine::LiteEngine(torch::jit::mobile::Module module)
    : module_(std::move(module)), object_(module_._ivalue()), weights_(LearningTensors(object_)) {
  for (const at::Tensor& weight : weights_) weight.set_requires_grad(false);
  const auto& unit = module_.compilation_unit();
  for (const auto& function : unit.methods()) {
    CheckInstructions(*function);
    PrepareCalls(*function);
  }
  FillSlots(module_);
  const std::vector<LiteEffects> effects =
      core::EffectsOf(unit, ContainerSlots(c10::IValue(object_)));
  const std::vector<std::size_t> own = OwnFunctions(unit, module_.name());
  auto schemas = std::make_shared<std::vector<c10::FunctionSchema>>();
  schemas->reserve(own.size());
  bool stateful = false;
  for (const std::size_t index : own) {
    Function& function = *unit.methods()[index];
    const c10::FunctionSchema& schema = schemas->emplace_back(SchemaOf(function));
    methods_.push_back({function.name(), &schema, false, callables_.size()});
    callables_.push_back({&function, effects[index]});
    stateful |= effects[index].stateful;
  }
  schemas_ = std::move(schemas);
  // What one method assigns, another one reads.
  for (Method& method : methods_) method.stateful = stateful;
}

std::string LiteEngine::TypeName() const { return PlainTypeName(object_->name()); }

c10::IValue LiteEngine::Run(const Method& method, torch::jit::Stack inputs) {
  const Callable& callable = callables_[method.index];
  if (!callable.effects.missing.empty()) {
    throw Error("ERR_MISSING_OPERATORS", method.name + ": this LibTorch has no operators " +
                                             Listed(callable.effects.missing));
  }
  inputs.insert(inputs.begin(), object_);
  SizeGuard sizes;
  if (callable.effects.may_resize) sizes.Watch(c10::IValue(object_));
  try {
    // Arguments are complete and of the schema's types: Function::run would check them once more.
    torch::jit::mobile::InterpreterState(callable.function->get_code()).run(inputs);
    if (inputs.empty()) return {};
    return std::move(inputs.front());
  } catch (...) {
    sizes.Restore();
    ThrowAsScriptFailure(method.name);
  }
}

bool LiteEngine::IsStateful() const {
  return std::any_of(methods_.begin(), methods_.end(),
                     [](const Method& method) { return method.stateful; });
}

std::shared_ptr<Engine> LiteEngine::Share() {
  // make_shared cannot reach the constructor.
  std::shared_ptr<LiteEngine> shared(new LiteEngine(*this));
  if (!IsStateful()) return shared;
  const bool writes =
      std::any_of(callables_.begin(), callables_.end(),
                  [](const Callable& callable) { return callable.effects.writes_tensors; });
  shared->object_ = CopyAttributes(object_, weights_, writes);
  shared->lane_ = gate_->NewLane();
  return shared;
}

std::vector<std::pair<std::string, at::Tensor>> LiteEngine::NamedParameters() const {
  auto named = NamedTensors(object_);
  for (auto& [name, tensor] : named) tensor = PinnedAlias(tensor);
  return named;
}

std::vector<std::pair<std::string, std::string>> LiteEngine::Attributes(
    const std::string& path) const {
  return AttributesOf(object_, path);
}

c10::IValue LiteEngine::Attribute(const std::string& qualified_name) const {
  return AsNormal(AttributeOf(object_, qualified_name));
}

}  // namespace libtorch_node::core

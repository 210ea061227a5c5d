#include "core/module/torchscript_engine.h"

#include <ATen/Parallel.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <functional>
#include <mutex>

#include "core/autograd/parameter.h"
#include "core/module/module_copy.h"
#include "core/runtime/warning.h"
#include "core/tensor/size_guard.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Function;
using torch::jit::GraphFunction;

/// LibTorch reads these process-wide flags when it makes a function's executor. Held under the
/// mutex below.
class ExecutorFlags {
 public:
  explicit ExecutorFlags(ExecutorMode mode)
      : executor_(torch::jit::getExecutorMode()), profiling_(torch::jit::getProfilingMode()) {
    torch::jit::getExecutorMode() = mode != ExecutorMode::kSimple;
    torch::jit::getProfilingMode() = true;
  }
  ~ExecutorFlags() {
    torch::jit::getExecutorMode() = executor_;
    torch::jit::getProfilingMode() = profiling_;
  }
  ExecutorFlags(const ExecutorFlags&) = delete;
  ExecutorFlags& operator=(const ExecutorFlags&) = delete;

 private:
  const bool executor_;
  const bool profiling_;
};

std::mutex& FlagsMutex() {
  static std::mutex mutex;
  return mutex;
}

c10::IValue Call(Function& function, torch::jit::Stack& stack) {
  function.run(stack);
  return std::move(stack.front());
}

/// Forked calls run on LibTorch's own threads, whose warnings would go to stderr.
c10::IValue CallForking(GraphFunction& function, torch::jit::Stack& stack) {
  const auto launch = [sink = CurrentWarningSink()](std::function<void()> work) {
    at::launch([sink, work = std::move(work)] {
      const WarningScope scope(sink);
      work();
    });
  };
  const auto future = function.runAsync(stack, launch);
  future->waitAndThrow();
  return future->value();
}

}  // namespace

TorchScriptEngine::TorchScriptEngine(torch::jit::Module module, ExecutorMode executor)
    : unit_(module._ivalue()->compilation_unit()),
      loaded_(std::make_shared<Loaded>(Loaded{std::move(module), {}, false, std::nullopt})) {
  executor_ = executor;
  Prepare();
  MarkParameters();
}

TorchScriptEngine::TorchScriptEngine(torch::jit::Module module, const TorchScriptEngine& like)
    : unit_(like.unit_),
      loaded_(std::make_shared<Loaded>(
          Loaded{std::move(module), like.loaded_->callables, false, std::nullopt})),
      methods_(like.methods_) {
  executor_ = like.executor_;
  recorded_ = like.recorded_;
  MarkParameters();
}

TorchScriptEngine::Callable TorchScriptEngine::CallableOf(Function& function) {
  function.ensure_defined();
  Effects effects;
  if (auto* graph = torch::jit::tryToGraphFunction(function)) {
    effects = EffectsOf(graph->optimized_graph());
  }
  return {&function, effects};
}

void TorchScriptEngine::Prepare() {
  for (const torch::jit::Method& method : loaded_->module.get_methods()) {
    const Callable callable = CallableOf(method.function());
    methods_.push_back({method.name(), &callable.function->getSchema(), callable.effects.stateful,
                        loaded_->callables.size()});
    loaded_->callables.push_back(callable);
  }
  // What one method assigns, another one reads.
  const bool stateful = IsStateful();
  for (Method& method : methods_) method.stateful = stateful;
  CreateExecutors();
}

void TorchScriptEngine::Replace(torch::jit::Module module) {
  std::vector<Callable> callables;
  for (const Method& method : methods_) {
    callables.push_back(CallableOf(module.get_method(method.name).function()));
  }
  loaded_->module = std::move(module);
  loaded_->callables = std::move(callables);
  CreateExecutors();
  MarkParameters();
}

void TorchScriptEngine::MarkParameters() {
  loaded_->training_slot = loaded_->module.type()->findAttributeSlot("training");
  // What a run may reshape, nobody else may look at meanwhile.
  const bool reshapes =
      std::any_of(loaded_->callables.begin(), loaded_->callables.end(),
                  [](const Callable& callable) { return callable.effects.reshapes_parameters; });
  for (const at::Tensor& parameter : loaded_->module.parameters()) {
    loaded_->has_parameters |= parameter.defined();
    if (!reshapes) MarkParameter(parameter);
  }
}

bool TorchScriptEngine::RecordsGradients() const {
  if (!owns_gradients_ || !loaded_->has_parameters || !loaded_->training_slot) return false;
  const c10::IValue& training = loaded_->module._ivalue()->slots()[*loaded_->training_slot];
  return training.isBool() && training.toBool();
}

void TorchScriptEngine::CreateExecutors() {
  const std::lock_guard lock(FlagsMutex());
  const ExecutorFlags flags(executor_);
  const auto create = [](Function* function) {
    if (auto* graph = torch::jit::tryToGraphFunction(*function)) graph->get_executor();
  };
  bool calls_out = false;
  for (const Callable& callable : loaded_->callables) {
    create(callable.function);
    calls_out |= callable.effects.calls_out;
  }
  if (!calls_out) return;
  for (Function* function : loaded_->module._ivalue()->compilation_unit()->get_functions())
    create(function);
}

c10::IValue TorchScriptEngine::Run(const Method& method, torch::jit::Stack inputs) {
  const Callable& callable = loaded_->callables[method.index];
  inputs.insert(inputs.begin(), loaded_->module._ivalue());
  SizeGuard sizes;
  if (callable.effects.may_resize) sizes.Watch(c10::IValue(loaded_->module._ivalue()));
  try {
    if (!callable.effects.forks) return Call(*callable.function, inputs);
    return CallForking(torch::jit::toGraphFunction(*callable.function), inputs);
  } catch (...) {
    sizes.Restore();
    throw;
  }
}

bool TorchScriptEngine::IsStateful() const {
  return std::any_of(methods_.begin(), methods_.end(),
                     [](const Method& method) { return method.stateful; });
}

std::shared_ptr<Engine> TorchScriptEngine::Share() {
  const bool writes =
      std::any_of(loaded_->callables.begin(), loaded_->callables.end(),
                  [](const Callable& callable) { return callable.effects.writes_tensors; });
  const bool stateful = IsStateful();
  auto shared = std::make_shared<TorchScriptEngine>(
      stateful ? CopyAttributes(loaded_->module, writes) : loaded_->module, *this);
  if (!stateful) shared->loaded_ = loaded_;
  shared->owns_gradients_ = false;
  shared->gate_ = gate_;
  shared->lane_ = stateful ? gate_->NewLane() : lane_;
  return shared;
}

std::shared_ptr<TorchScriptEngine> TorchScriptEngine::Part(torch::jit::Module part) const {
  auto engine = std::make_shared<TorchScriptEngine>(std::move(part), executor_);
  engine->gate_ = gate_;
  engine->lane_ = lane_;
  // What one part assigns, another one reads.
  if (IsStateful()) {
    for (Method& method : engine->methods_) method.stateful = true;
  }
  return engine;
}

std::shared_ptr<TorchScriptEngine> TorchScriptEngine::Clone() const {
  return std::make_shared<TorchScriptEngine>(DeepCopy(loaded_->module), *this);
}

}  // namespace libtorch_node::core

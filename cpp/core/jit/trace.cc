#include "core/jit/trace.h"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <set>
#include <utility>

#include "core/autograd/parameter.h"
#include "core/error.h"
#include "core/jit/random_operators.h"
#include "core/jit/runnable.h"
#include "core/module/module_copy.h"
#include "core/ops/operator_set.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {

namespace {

namespace tracer = torch::jit::tracer;
using c10::IValue;
using torch::jit::Node;
using torch::jit::Value;

thread_local Trace* current = nullptr;

class CurrentScope {
 public:
  explicit CurrentScope(Trace* trace) { current = trace; }
  ~CurrentScope() { current = nullptr; }
  CurrentScope(const CurrentScope&) = delete;
  CurrentScope& operator=(const CurrentScope&) = delete;
};

/// Operators that give a tensor's values to the caller.
bool ReadsValues(const std::string& name) {
  static const std::set<std::string> names{"aten::item",
                                           "aten::_local_scalar_dense",
                                           "aten::equal",
                                           "aten::is_nonzero",
                                           "aten::allclose",
                                           "aten::Bool",
                                           "aten::Int",
                                           "aten::Float",
                                           "aten::Complex",
                                           "aten::IntImplicit",
                                           "aten::FloatImplicit",
                                           "aten::ComplexImplicit",
                                           "aten::ScalarImplicit",
                                           "aten::_tensor_to_list",
                                           "aten::__contains__",
                                           "aten::_choose_qparams_per_tensor"};
  return names.count(name) > 0;
}

bool HoldsTensors(const IValue& value) {
  if (value.isTensor()) return true;
  if (value.isList()) return value.toList().elementType()->kind() == c10::TypeKind::TensorType;
  if (value.isTuple()) {
    for (const IValue& element : value.toTupleRef().elements()) {
      if (HoldsTensors(element)) return true;
    }
  }
  return false;
}

/// Whether the graph can follow every value inside.
bool IsTraceable(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType:
      return true;
    case c10::TypeKind::ListType:
    case c10::TypeKind::TupleType:
      for (const c10::TypePtr& inner : type.containedTypes()) {
        if (!IsTraceable(*inner)) return false;
      }
      return true;
    default:
      return false;
  }
}

}  // namespace

Trace* Trace::Current() { return current; }

Trace::Trace(const std::string& name)
    : module_(c10::QualifiedName("__torch__." + name),
              std::make_shared<torch::jit::CompilationUnit>(), /*shouldMangle=*/true) {}

Trace::Result Trace::Run(Request request,
                         const std::function<IValue(torch::jit::Stack)>& function) {
  if (current != nullptr) {
    current->Refuse(Error("ERR_TRACE_FAILED", "jit.trace cannot be called in a trace"));
  }
  Trace trace(request.name);
  torch::jit::Stack inputs = std::move(request.inputs);
  const auto traced = tracer::trace(
      std::move(inputs),
      [&](torch::jit::Stack given) -> torch::jit::Stack {
        return {trace.Start(request, std::move(given), function)};
      },
      [](const at::Tensor&) { return std::string(); }, /*strict=*/false, /*force_outplace=*/false,
      &trace.module_, request.argument_names);
  const auto graph = traced.first->graph;
  torch::jit::EliminateDeadCode(graph);
  torch::jit::Module& module = trace.module_;
  module.register_attribute("training", c10::BoolType::get(), false);
  torch::jit::Function* forward = module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*module.type()->name(), "forward"), graph);
  module.type()->addMethod(forward);
  RequireShortChains(module);
  std::vector<std::string> random = RandomOperators(graph);
  return {std::make_shared<TorchScriptEngine>(module, ExecutorMode::kOff), std::move(random)};
}

IValue Trace::Start(const Request& request, torch::jit::Stack inputs,
                    const std::function<IValue(torch::jit::Stack)>& function) {
  state_ = tracer::getTracingState();
  const CurrentScope scope(this);
  for (const auto& [name, tensor] : request.parameters) {
    Register(name, tensor, true, tensor.is_floating_point() || tensor.is_complex());
  }
  for (const auto& [name, tensor] : request.buffers) Register(name, tensor, false, false);
  IValue output = function(std::move(inputs));
  if (failure_) throw Error(*failure_);
  Lift(output);
  return output;
}

void Trace::Call(Overload& overload, torch::jit::Stack& stack) {
  const c10::FunctionSchema& schema = *overload.schema;
  if (ReadsValues(schema.name())) {
    Refuse(Error("ERR_TRACE_READ",
                 schema.name() + " reads values, which would be baked into the trace: keep to "
                                 "operators on tensors"));
  }
  for (const IValue& input : stack) Lift(input);
  try {
    if (overload.op->isC10Op()) {
      (*overload.operation)(stack);
    } else {
      RecordUndispatched(overload, stack);
    }
  } catch (...) {
    // Its node is half made, and LibTorch's kernels switch tracing off while they run.
    failure_.emplace(
        "ERR_TRACE_FAILED",
        schema.name() +
            " failed in the trace, and the function went on: the graph is not complete");
    tracer::setTracingState(state_);
    throw;
  }
}

void Trace::RecordUndispatched(Overload& overload, torch::jit::Stack& stack) {
  std::vector<Value*> inputs;
  for (const IValue& input : stack) inputs.push_back(state_->getValue(input));
  {
    const TracePause pause;
    (*overload.operation)(stack);
  }
  bool any = false;
  for (const IValue& output : stack) any |= HoldsTensors(output);
  if (!any) return;
  const c10::FunctionSchema& schema = *overload.schema;
  Node* node = state_->createNode(c10::Symbol::fromQualString(schema.name()), 0);
  for (Value* input : inputs) node->addInput(input);
  state_->insertNode(node);
  for (const IValue& output : stack) {
    Value* value = node->addOutput()->setType(output.type());
    if (HoldsTensors(output)) state_->setValue(output, value);
  }
}

IValue Trace::CallModule(const std::shared_ptr<TorchScriptEngine>& engine, const Method& method,
                         const torch::jit::Stack& inputs, const std::function<IValue()>& run) {
  const c10::TypePtr type = method.schema->returns().at(0).type();
  if (!IsTraceable(*type)) {
    Refuse(
        Error("ERR_TRACE_FAILED", method.name + " gives " + type->annotation_str() +
                                      ", and a trace follows tensors, lists and tuples of them"));
  }
  const auto known = modules_.find(engine.get());
  std::string name;
  if (known != modules_.end()) {
    name = known->second;
  } else {
    const TracePause pause;
    const Gate::Pass pass = engine->gate()->Enter(engine->WholeRequest());
    name = FreeName("module", next_module_);
    module_.register_module(name, CopyAttributes(engine->module(), /*own_state=*/false));
    modules_[engine.get()] = name;
    kept_.push_back(engine);
  }
  for (const IValue& input : inputs) Lift(input);
  std::vector<Value*> values{Attribute(name)};
  for (const IValue& input : inputs) values.push_back(state_->getValue(input));
  IValue result;
  {
    const TracePause pause;
    result = run();
  }
  Node* node = state_->graph->insertNode(state_->graph->create(c10::prim::CallMethod, values));
  node->s_(c10::attr::name, method.name);
  state_->setValue(result, node->output()->setType(type));
  return result;
}

void Trace::Refuse(const Error& error) {
  if (!failure_) failure_.emplace(error);
  throw Error(error);
}

void Trace::Bake(const at::Tensor& tensor) {
  at::Tensor constant;
  {
    const TracePause pause;
    constant = tensor.detach().clone();
  }
  torch::jit::Graph& graph = *state_->graph;
  // A copy in each run: operators in place would change the constant for all that follow.
  state_->setValue(tensor, graph.insert(c10::aten::clone, {graph.insertConstant(constant)}));
}

void Trace::Lift(const IValue& value) {
  if (value.isTensor()) {
    LiftTensor(value.toTensor());
  } else if (value.isList()) {
    const auto list = value.toList();
    const auto kind = list.elementType()->kind();
    if (kind == c10::TypeKind::IntType || kind == c10::TypeKind::FloatType) return;
    for (std::size_t i = 0; i < list.size(); ++i) Lift(list.get(i));
  } else if (value.isTuple()) {
    for (const IValue& element : value.toTupleRef().elements()) Lift(element);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) Lift(entry.value());
  }
}

void Trace::LiftTensor(const at::Tensor& tensor) {
  if (!tensor.defined() || state_->hasValue(tensor)) return;
  const bool grad = tensor.requires_grad();
  if (grad && !tensor.is_leaf()) {
    Refuse(
        Error("ERR_TRACE_FAILED",
              "the function uses a tensor from outside that an operator made while gradients were "
              "recorded: detach() it before the trace, or compute it inside"));
  }
  // A single number stays one: an optimizer would change a parameter.
  if (!grad && tensor.unsafeGetTensorImpl()->is_wrapped_number()) return;
  if (!grad && tensor.dim() == 0) return Bake(tensor);
  const bool weight = grad || tensor.is_floating_point() || tensor.is_complex();
  const std::string name =
      weight ? FreeName("parameter", next_parameter_) : FreeName("buffer", next_buffer_);
  Register(name, tensor, weight, grad);
}

void Trace::Register(const std::string& name, const at::Tensor& tensor, bool parameter, bool grad) {
  if (module_.type()->hasAttribute(name) || name == "training") {
    throw Error("ERR_INVALID_ARG_VALUE", "jit.trace: the name '" + name + "' was given twice",
                ErrorKind::kType);
  }
  {
    const TracePause pause;
    at::Tensor own = tensor;
    if (!parameter || !IsParameter(tensor)) {
      own = PinnedAlias(tensor);
      own.set_requires_grad(grad);
    }
    if (parameter) {
      module_.register_parameter(name, own, /*is_buffer=*/false);
    } else {
      module_.register_buffer(name, own);
    }
  }
  state_->setValue(tensor, Attribute(name));
}

Value* Trace::Attribute(const std::string& name) {
  Value*& known = attributes_[name];
  if (known != nullptr) return known;
  torch::jit::Graph& graph = *state_->graph;
  // All of them stand at the start, so that whatever follows may use them.
  Node* next = last_attribute_ == nullptr ? *graph.nodes().begin() : last_attribute_->next();
  const torch::jit::WithInsertPoint at(next);
  known = graph.insertGetAttr(graph.inputs()[0], name);
  last_attribute_ = known->node();
  return known;
}

std::string Trace::FreeName(const char* kind, std::size_t& next) const {
  std::string name;
  do {
    name = std::string(kind) + "_" + std::to_string(next++);
  } while (module_.type()->hasAttribute(name));
  return name;
}

}  // namespace libtorch_node::core

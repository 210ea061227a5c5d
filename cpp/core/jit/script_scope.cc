#include "core/jit/script_scope.h"

#include <ATen/core/class_type.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>
#include <torch/csrc/jit/frontend/sugared_value.h>

#include <utility>

#include "core/jit/exception_value.h"
#include "core/jit/functional.h"
#include "core/jit/loop_targets.h"
#include "core/jit/script_values.h"

namespace libtorch_node::core {

namespace {

using torch::jit::BuiltinFunction;
using torch::jit::ClassDef;
using torch::jit::Def;
using torch::jit::ErrorReport;
using torch::jit::Function;
using torch::jit::FunctionValue;
using torch::jit::GraphFunction;
using torch::jit::SourceRange;
using torch::jit::Stmt;
using torch::jit::SugaredValue;

constexpr const char* kRoot = "__torch__";
constexpr const char* kFunctional = "__torch__.torch.nn.functional.";

/// What `torch.no_grad()` makes: a context manager in TorchScript itself.
constexpr const char* kNoGrad = " no_grad";
constexpr std::string_view kNoGradSource = R"(class no_grad:
    def __init__(self):
        self.prev = False
    def __enter__(self):
        self.prev = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
    def __exit__(self, type: Any, value: Any, traceback: Any):
        torch.set_grad_enabled(self.prev)
)";

bool IsTuple(const ClassDef& definition) {
  const auto base = definition.superclass();
  if (!base.present()) return false;
  const std::string name = base.get().range().text().str();
  if (name == "NamedTuple") return true;
  if (name == "object") return false;
  throw(ErrorReport(base.range()) << "classes derive from NamedTuple or from nothing, not from '"
                                  << name << "'");
}

}  // namespace

void ScriptScope::AddFunction(const Def& definition) {
  const std::string name = definition.name().name();
  if (Has(name)) {
    throw(ErrorReport(definition.name().range()) << "'" << name << "' is defined twice");
  }
  functions_.emplace(name, definition);
}

void ScriptScope::AddClass(const ClassDef& definition) {
  const std::string name = definition.name().name();
  if (Has(name)) {
    throw(ErrorReport(definition.name().range()) << "'" << name << "' is defined twice");
  }
  classes_.emplace(name, Class{definition, nullptr, false});
  class_order_.push_back(name);
}

void ScriptScope::AddConstant(const std::string& name, c10::IValue value) {
  constants_[name] = std::move(value);
}

bool ScriptScope::Has(const std::string& name) const {
  return functions_.count(name) > 0 || classes_.count(name) > 0;
}

void ScriptScope::DeclareClasses() {
  for (const std::string& name : class_order_) {
    Class& declared = classes_.at(name);
    if (IsTuple(declared.definition)) continue;
    const auto unit = unit_.lock();
    declared.type = c10::ClassType::create(c10::QualifiedName(kRoot, name), unit);
    unit->register_type(declared.type);
  }
  for (const std::string& name : class_order_) {
    Class& declared = classes_.at(name);
    if (declared.type == nullptr) DeclareTuple(declared);
  }
}

void ScriptScope::DeclareTuple(Class& declared) {
  const torch::jit::ScriptTypeParser parser(shared_from_this());
  std::vector<std::string> names;
  std::vector<c10::TypePtr> types;
  for (const Stmt& statement : declared.definition.body()) {
    if (statement.kind() != torch::jit::TK_ASSIGN) {
      throw(ErrorReport(statement.range()) << "a NamedTuple has fields only, as 'x: Tensor'");
    }
    const torch::jit::Assign field(statement);
    if (!field.type().present() || field.rhs().present()) {
      throw(ErrorReport(field.range())
            << "the fields of a NamedTuple have types and no defaults, as 'x: Tensor'");
    }
    names.push_back(torch::jit::Var(field.lhs()).name().name());
    types.push_back(parser.parseTypeFromExpr(field.type().get()));
  }
  declared.type = c10::TupleType::createNamed(
      c10::QualifiedName(kRoot, declared.definition.name().name()), names, types);
  declared.compiled = true;
  unit_.lock()->register_type(declared.type);
}

void ScriptScope::CompileMethods(Class& declared) {
  if (declared.compiled) return;
  declared.compiled = true;
  const auto type = declared.type->expect<c10::ClassType>();
  std::vector<Def> definitions;
  for (const Stmt& statement : declared.definition.body()) {
    if (statement.kind() == torch::jit::TK_PASS) continue;
    if (statement.kind() != torch::jit::TK_DEF) {
      throw(ErrorReport(statement.range())
            << "a class has methods only: its attributes are assigned in __init__");
    }
    definitions.push_back(WithSingleTargets(Def(statement)));
  }
  const std::vector<torch::jit::ResolverPtr> resolvers(definitions.size(), shared_from_this());
  const torch::jit::SimpleSelf self(type);
  unit_.lock()->define(type->name(), {}, {}, definitions, resolvers, &self);
}

void ScriptScope::CompileAll() {
  for (auto& [name, declared] : classes_) CompileMethods(declared);
  for (const auto& [name, definition] : functions_) FindFunction(name);
}

Function* ScriptScope::Compile(const std::string& qualified_name, const Def& definition) {
  const auto known = compiled_.find(qualified_name);
  if (known != compiled_.end()) return known->second;
  if (!compiling_.insert(qualified_name).second) {
    throw(ErrorReport(definition.name().range()) << "the function '" << definition.name().name()
                                                 << "' calls itself: TorchScript has no recursion");
  }
  const c10::QualifiedName name(qualified_name);
  const auto functions = unit_.lock()->define(c10::QualifiedName(name.prefix()), {}, {},
                                              {definition}, {shared_from_this()}, nullptr);
  return compiled_[qualified_name] = functions.front();
}

std::shared_ptr<SugaredValue> ScriptScope::FindFunction(const std::string& name) {
  const auto found = functions_.find(name);
  if (found == functions_.end()) return nullptr;
  return std::make_shared<FunctionValue>(Compile(std::string(kRoot) + "." + name, found->second));
}

std::shared_ptr<SugaredValue> ScriptScope::FindClass(const std::string& name) {
  const auto found = classes_.find(name);
  if (found == classes_.end() || found->second.type == nullptr) return nullptr;
  if (const auto tuple = found->second.type->cast<c10::TupleType>()) {
    return std::make_shared<torch::jit::NamedTupleConstructor>(tuple);
  }
  CompileMethods(found->second);
  return std::make_shared<torch::jit::ClassValue>(found->second.type->expect<c10::ClassType>());
}

std::shared_ptr<SugaredValue> ScriptScope::FindNoGrad() {
  if (classes_.count(kNoGrad) == 0) {
    torch::jit::Parser parser(
        std::make_shared<torch::jit::Source>(kNoGradSource, "torch/autograd/grad_mode", 1));
    Class declared{ClassDef(parser.parseClass()), nullptr, false};
    const auto unit = unit_.lock();
    declared.type = c10::ClassType::create(
        c10::QualifiedName("__torch__.torch.autograd.grad_mode.no_grad"), unit);
    unit->register_type(declared.type);
    classes_.emplace(kNoGrad, std::move(declared));
  }
  return FindClass(kNoGrad);
}

std::shared_ptr<SugaredValue> ScriptScope::FindFunctional(const std::string& name,
                                                          const SourceRange& range) {
  if (name == kNoGrad) return FindNoGrad();
  if (IsFunctionalOperator(name)) {
    return std::make_shared<BuiltinFunction>(c10::Symbol::fromQualString("aten::" + name),
                                             std::nullopt);
  }
  const std::string_view source = FunctionalSource(name);
  if (source.empty()) {
    std::string near;
    for (const std::string& known : NearestFunctional(name)) {
      near += (near.empty() ? "" : ", ") + known;
    }
    throw(ErrorReport(range) << "torch.nn.functional." << name << " is not available in a script"
                             << (near.empty() ? "; the operators of 'torch' are"
                                              : "; did you mean " + near + "?"));
  }
  const std::string qualified = kFunctional + name;
  const auto known = compiled_.find(qualified);
  if (known != compiled_.end()) return std::make_shared<FunctionValue>(known->second);
  torch::jit::Parser parser(std::make_shared<torch::jit::Source>(source, "torch/nn/functional", 1));
  return std::make_shared<FunctionValue>(Compile(qualified, Def(parser.parseFunction(false))));
}

std::shared_ptr<SugaredValue> ScriptScope::resolveValue(const std::string& name,
                                                        GraphFunction& function,
                                                        const SourceRange& range) {
  if (auto found = FindFunction(name)) return found;
  if (auto found = FindClass(name)) return found;
  const auto constant = constants_.find(name);
  if (constant != constants_.end()) {
    return std::make_shared<torch::jit::SimpleValue>(
        function.graph()->insertConstant(constant->second, range));
  }
  if (name == "_reduction") return FindFunctional(name, range);
  if (auto found = FindException(name)) return found;
  return FindNamespace(name, [this](const std::string& field, const SourceRange& place) {
    return FindFunctional(field, place);
  });
}

c10::TypePtr ScriptScope::resolveType(const std::string& name, const SourceRange&) {
  const auto found = classes_.find(name);
  if (found != classes_.end()) return found->second.type;
  return FindDottedType(name);
}

}  // namespace libtorch_node::core

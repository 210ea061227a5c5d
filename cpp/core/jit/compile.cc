#include "core/jit/compile.h"

#include <ATen/core/class_type.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/lexer.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>

#include <set>
#include <utility>

#include "core/jit/deep_stack.h"
#include "core/jit/loop_targets.h"
#include "core/jit/runnable.h"
#include "core/jit/script_values.h"
#include "core/jit/source_check.h"
#include "core/jit/syntax_check.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {

namespace {

using torch::jit::ClassDef;
using torch::jit::Def;
using torch::jit::ErrorReport;

constexpr const char* kModuleList = "__torch__.torch.nn.modules.container.ModuleList";

/// Failures become CompileErrors.
template <typename Work>
void Compiling(const ScriptText& text, Work work) {
  RunOnDeepStack([&] {
    try {
      work();
    } catch (...) {
      ThrowCompileError(text, std::current_exception());
    }
  });
}

torch::jit::Module NewModule(const std::string& class_name,
                             const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  return torch::jit::Module(c10::QualifiedName(class_name), unit, /*shouldMangle=*/true);
}

}  // namespace

ScriptCompiler::ScriptCompiler(std::string source, const std::string& name)
    : text_(ReadScript(std::move(source), "<" + name + ">")),
      unit_(std::make_shared<torch::jit::CompilationUnit>()),
      module_(NewModule("__torch__." + name, unit_)),
      scope_(std::make_shared<ScriptScope>(unit_)) {
  Compiling(text_, [this] { Parse(); });
}

ScriptCompiler::~ScriptCompiler() {
  try {
    // Trees are freed by recursion as well.
    RunOnDeepStack([this] {
      methods_.clear();
      scope_.reset();
    });
  } catch (...) {
    return;  // no thread could be made: what the depth check lets through fits most stacks
  }
}

void ScriptCompiler::Parse() {
  const ScriptOutline outline = CheckScript(text_);
  torch::jit::Parser parser(std::make_shared<torch::jit::Source>(text_.plain, text_.name, 1));
  try {
    ParseDefinitions(outline, parser);
  } catch (const c10::Error&) {
    // The parser's own assertions say nothing to a user.
    throw ErrorAt(text_, parser.lexer().cur().range.start(), "the syntax is wrong here or before");
  }
  if (methods_.empty()) {
    throw ErrorAt(text_, 0, "expected a method, as 'def forward(self, x: Tensor) -> Tensor:'");
  }
  scope_->DeclareClasses();
}

void ScriptCompiler::ParseDefinitions(const ScriptOutline& outline, torch::jit::Parser& parser) {
  std::set<std::string> names;
  std::size_t functions = 0;
  while (parser.lexer().cur().kind != torch::jit::TK_EOF) {
    const torch::jit::Token& word = parser.lexer().cur();
    if (word.kind == torch::jit::TK_NEWLINE) {
      parser.lexer().next();
    } else if (word.kind == torch::jit::TK_CLASS_DEF) {
      const torch::jit::TreeRef tree = parser.parseClass();
      CheckSyntax(tree);
      scope_->AddClass(ClassDef(tree));
    } else if (word.kind == torch::jit::TK_DEF) {
      const bool is_method = functions < outline.takes_self.size() && outline.takes_self[functions];
      ++functions;
      const torch::jit::TreeRef tree = parser.parseFunction(is_method);
      CheckSyntax(tree);
      const Def definition = WithSingleTargets(Def(tree));
      if (!is_method) {
        scope_->AddFunction(definition);
      } else if (names.insert(definition.name().name()).second) {
        methods_.push_back(definition);
      } else {
        throw(ErrorReport(definition.name().range())
              << "the method '" << definition.name().name() << "' is defined twice");
      }
    } else {
      throw(ErrorReport(word.range) << "expected a function or a class at the top level");
    }
  }
}

c10::TypePtr ScriptCompiler::ParseType(const std::string& text) {
  const ScriptText type = ReadScript(text, "<type>");
  c10::TypePtr result;
  Compiling(type, [&] {
    CheckScript(type);
    torch::jit::Parser parser(std::make_shared<torch::jit::Source>(type.plain, type.name, 1));
    const torch::jit::Expr expression = parser.parseExp();
    CheckSyntax(expression.tree());
    if (parser.lexer().cur().kind != torch::jit::TK_NEWLINE &&
        parser.lexer().cur().kind != torch::jit::TK_EOF) {
      throw(ErrorReport(parser.lexer().cur().range) << "expected one type");
    }
    result = torch::jit::ScriptTypeParser(scope_).parseTypeFromExpr(expression);
  });
  return result;
}

void ScriptCompiler::RejectTaken(const std::string& name) const {
  if (!module_.type()->hasAttribute(name) && !module_.type()->hasConstant(name)) return;
  throw Error("ERR_INVALID_ARG_VALUE", "jit.compile: the name '" + name + "' was given twice",
              ErrorKind::kType);
}

void ScriptCompiler::AddParameter(const std::string& name, const at::Tensor& tensor) {
  RejectTaken(name);
  at::Tensor own = PinnedAlias(tensor);
  own.set_requires_grad(own.is_floating_point() || own.is_complex());
  module_.register_parameter(name, std::move(own), /*is_buffer=*/false);
}

void ScriptCompiler::AddBuffer(const std::string& name, const at::Tensor& tensor) {
  RejectTaken(name);
  at::Tensor own = PinnedAlias(tensor);
  own.set_requires_grad(false);
  module_.register_buffer(name, std::move(own));
}

void ScriptCompiler::AddNone(const std::string& name) {
  RejectTaken(name);
  module_.register_attribute(name, c10::NoneType::get(), c10::IValue());
}

void ScriptCompiler::AddAttribute(const std::string& name, const c10::TypePtr& type,
                                  c10::IValue value) {
  RejectTaken(name);
  module_.register_attribute(name, type, AsNormal(std::move(value)));
}

void ScriptCompiler::AddConstant(const std::string& name, c10::IValue value) {
  RejectTaken(name);
  module_.type()->addConstant(name, value);
  scope_->AddConstant(name, std::move(value));
}

void ScriptCompiler::AddSubmodule(const std::string& name, const torch::jit::Module& module) {
  RejectTaken(name);
  module_.register_module(name, module);
}

void ScriptCompiler::AddSubmodules(const std::string& name,
                                   const std::vector<torch::jit::Module>& modules) {
  RejectTaken(name);
  torch::jit::Module list = NewModule(kModuleList, unit_);
  list.register_attribute("training", c10::BoolType::get(), true);
  for (std::size_t i = 0; i < modules.size(); ++i) {
    list.register_module(std::to_string(i), modules[i]);
  }
  // `len(self.layers)` asks for it.
  list.define("def __len__(self) -> int:\n    return " + std::to_string(modules.size()) + "\n");
  module_.register_module(name, list);
}

void ScriptCompiler::DefineMethods() {
  const ModuleSelf self(module_.type());
  for (const Def& method : methods_) {
    const std::string name = method.name().name();
    if (self.type->hasAttribute(name) || self.type->hasConstant(name)) {
      throw(ErrorReport(method.name().range())
            << "the method '" << name << "' has the name of an attribute");
    }
  }
  scope_->CompileAll();
  const std::vector<torch::jit::ResolverPtr> resolvers(methods_.size(), scope_);
  unit_->define(self.type->name(), {}, {}, methods_, resolvers, &self);
  RequireModestSize(*unit_);
}

std::shared_ptr<TorchScriptEngine> ScriptCompiler::Compile() {
  std::shared_ptr<TorchScriptEngine> engine;
  Compiling(text_, [&] {
    RejectTaken("training");
    module_.register_attribute("training", c10::BoolType::get(), true);
    DefineMethods();
    RequireShortChains(module_);
    engine = std::make_shared<TorchScriptEngine>(module_, ExecutorMode::kOff);
  });
  return engine;
}

}  // namespace libtorch_node::core

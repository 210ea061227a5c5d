#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/parser.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/jit/script_error.h"
#include "core/jit/script_scope.h"
#include "core/jit/source_check.h"
#include "core/module/torchscript_engine.h"

namespace libtorch_node::core {

/// TorchScript source on its way to a module: first its classes, then what the module holds, whose
/// types may name those classes, then its methods. Each script has a compilation unit of its own,
/// so its memory goes with the module.
class ScriptCompiler {
 public:
  /// Parses. `name` becomes the class '__torch__.name'. Throws CompileError.
  ScriptCompiler(std::string source, const std::string& name);
  ~ScriptCompiler();
  ScriptCompiler(const ScriptCompiler&) = delete;
  ScriptCompiler& operator=(const ScriptCompiler&) = delete;

  /// As in an annotation: 'Dict[str, List[Tensor]]'.
  c10::TypePtr ParseType(const std::string& text);

  /// Shares the tensor's memory, which may then not be resized; floating-point ones require grad.
  void AddParameter(const std::string& name, const at::Tensor& tensor);
  void AddBuffer(const std::string& name, const at::Tensor& tensor);
  /// None in the place of an optional parameter or buffer.
  void AddNone(const std::string& name);
  void AddAttribute(const std::string& name, const c10::TypePtr& type, c10::IValue value);
  void AddConstant(const std::string& name, c10::IValue value);
  void AddSubmodule(const std::string& name, const torch::jit::Module& module);
  /// Modules that are iterated and indexed as one.
  void AddSubmodules(const std::string& name, const std::vector<torch::jit::Module>& modules);

  std::shared_ptr<TorchScriptEngine> Compile();

 private:
  void Parse();
  void ParseDefinitions(const ScriptOutline& outline, torch::jit::Parser& parser);
  void DefineMethods();
  void RejectTaken(const std::string& name) const;

  ScriptText text_;
  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  torch::jit::Module module_;
  std::shared_ptr<ScriptScope> scope_;
  std::vector<torch::jit::Def> methods_;
};

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/tree_views.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/jit/script_error.h"

namespace libtorch_node::core {

/// The names that the methods of one script see: its functions and classes, its constants, and
/// what Python code imports. Functions and classes are compiled when they are first used.
class ScriptScope final : public torch::jit::Resolver,
                          public std::enable_shared_from_this<ScriptScope> {
 public:
  explicit ScriptScope(std::shared_ptr<torch::jit::CompilationUnit> unit) : unit_(unit) {}

  void AddFunction(const torch::jit::Def& definition);
  void AddClass(const torch::jit::ClassDef& definition);
  void AddConstant(const std::string& name, c10::IValue value);
  bool Has(const std::string& name) const;

  /// Registers the types of all classes; then compiles every function and class.
  void DeclareClasses();
  void CompileAll();

  std::shared_ptr<torch::jit::SugaredValue> resolveValue(
      const std::string& name, torch::jit::GraphFunction& function,
      const torch::jit::SourceRange& range) override;
  c10::TypePtr resolveType(const std::string& name, const torch::jit::SourceRange& range) override;

 private:
  struct Class {
    torch::jit::ClassDef definition;
    c10::NamedTypePtr type;
    bool compiled = false;
  };

  torch::jit::Function* Compile(const std::string& qualified_name,
                                const torch::jit::Def& definition);
  std::shared_ptr<torch::jit::SugaredValue> FindFunction(const std::string& name);
  std::shared_ptr<torch::jit::SugaredValue> FindClass(const std::string& name);
  std::shared_ptr<torch::jit::SugaredValue> FindNoGrad();
  /// A function of torch.nn.functional, or " no_grad", the class that `torch.no_grad` is.
  std::shared_ptr<torch::jit::SugaredValue> FindFunctional(const std::string& name,
                                                           const torch::jit::SourceRange& range);
  void DeclareTuple(Class& declared);
  void CompileMethods(Class& declared);

  // Not shared: the unit's functions hold no scope, and the scope lives while it compiles.
  std::weak_ptr<torch::jit::CompilationUnit> unit_;
  std::map<std::string, torch::jit::Def> functions_;
  std::map<std::string, torch::jit::Function*> compiled_;
  std::set<std::string> compiling_;
  std::map<std::string, Class> classes_;
  std::vector<std::string> class_order_;
  std::map<std::string, c10::IValue> constants_;
};

}  // namespace libtorch_node::core

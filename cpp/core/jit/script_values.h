#pragma once

#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>

#include <functional>
#include <memory>
#include <string>

namespace libtorch_node::core {

using torch::jit::SugaredValuePtr;

/// `self`, or a module reached from it: can be called, and, where its submodules are numbered,
/// iterated and indexed.
class ModuleValue final : public torch::jit::SugaredValue {
 public:
  ModuleValue(torch::jit::Value* value, c10::ClassTypePtr type)
      : value_(value), type_(std::move(type)) {}

  std::string kind() const override { return "module"; }
  torch::jit::Value* asValue(const torch::jit::SourceRange& range,
                             torch::jit::GraphFunction& function) override;
  SugaredValuePtr attr(const torch::jit::SourceRange& range, torch::jit::GraphFunction& function,
                       const std::string& field) override;
  bool hasAttr(const torch::jit::SourceRange& range, torch::jit::GraphFunction& function,
               const std::string& field) override;
  void setAttr(const torch::jit::SourceRange& range, torch::jit::GraphFunction& function,
               const std::string& field, torch::jit::Value* value) override;
  SugaredValuePtr call(const torch::jit::SourceRange& range, torch::jit::GraphFunction& function,
                       at::ArrayRef<torch::jit::NamedValue> args,
                       at::ArrayRef<torch::jit::NamedValue> kwargs, std::size_t binders) override;
  SugaredValuePtr iter(const torch::jit::SourceRange& range,
                       torch::jit::GraphFunction& function) override;
  torch::jit::Value* len(const torch::jit::SourceRange& range,
                         torch::jit::GraphFunction& function) override;
  SugaredValuePtr getitem(const torch::jit::SourceRange& range, torch::jit::GraphFunction& function,
                          torch::jit::Value* index, c10::TypePtr hint) override;

 private:
  std::vector<std::string> Children() const;
  SugaredValuePtr Plain() const;

  torch::jit::Value* value_;
  c10::ClassTypePtr type_;
};

struct ModuleSelf final : torch::jit::Self {
  explicit ModuleSelf(c10::ClassTypePtr class_type) : type(std::move(class_type)) {}
  SugaredValuePtr makeSugared(torch::jit::Value* value) const override {
    value->setType(type);
    return std::make_shared<ModuleValue>(value, type);
  }
  c10::ClassTypePtr getClassType() const override { return type; }
  c10::ClassTypePtr type;
};

/// Finds a function of torch.nn.functional, or throws the compiler's error.
using FindFunctional =
    std::function<SugaredValuePtr(const std::string&, const torch::jit::SourceRange&)>;

/// The names that Python code imports: torch, F, nn, math, ops. Null for others.
SugaredValuePtr FindNamespace(const std::string& name, const FindFunctional& functional);

/// Types that Python code writes with a dot, as torch.device; null for others.
c10::TypePtr FindDottedType(const std::string& name);

}  // namespace libtorch_node::core

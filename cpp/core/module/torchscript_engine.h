#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/module/engine.h"
#include "core/module/statefulness.h"

namespace libtorch_node::core {

/// A TorchScript module. Callers of mutators hold the gate exclusively; readers hold it shared.
class TorchScriptEngine final : public Engine,
                                public std::enable_shared_from_this<TorchScriptEngine> {
 public:
  TorchScriptEngine(torch::jit::Module module, ExecutorMode executor);
  /// Another object of the same class: what was found out about its methods still holds.
  TorchScriptEngine(torch::jit::Module module, const TorchScriptEngine& like);

  Format format() const override { return Format::kTorchScript; }
  const std::vector<Method>& methods() const override { return methods_; }
  c10::IValue Run(const Method& method, torch::jit::Stack inputs) override;
  bool RecordsGradients() const override;
  bool OwnsGradients() const override { return owns_gradients_; }
  std::shared_ptr<Engine> Share() override;

  const torch::jit::Module& module() const { return loaded_->module; }
  std::string TypeName() const override;
  /// The parameters themselves where this engine owns their gradients and core::MarkParameter keeps
  /// their sizes. Other tensors that are given out have sizes of their own over the module's
  /// storages, which may not be resized from now on.
  std::vector<std::pair<std::string, at::Tensor>> NamedParameters() const;
  /// The same without names, each tensor once.
  std::vector<at::Tensor> Parameters() const;
  std::vector<std::pair<std::string, at::Tensor>> NamedBuffers() const;
  std::vector<std::pair<std::string, std::string>> NamedModules() const;
  /// Names and types of what is neither module nor method.
  std::vector<std::pair<std::string, std::string>> Attributes(const std::string& path) const;
  c10::IValue Attribute(const std::string& qualified_name) const;
  /// The declared type, by which a new value is converted.
  c10::TypePtr AttributeType(const std::string& qualified_name) const;
  void SetAttribute(const std::string& qualified_name, c10::IValue value);
  std::string Graph(const std::string& method, bool inlined) const;
  std::string Code(const std::string& method) const;
  bool training() const;
  /// Throws ERR_NOT_TRAINABLE where training mode would change nothing.
  void Train(bool mode);
  /// Forgets the gradients of the parameters, or fills them with zeros.
  void ZeroGrad(bool set_to_none) const;
  /// Whether the parameters are to learn.
  void RequireGrad(bool requires_grad) const;
  void LoadStateDict(const std::vector<std::pair<std::string, at::Tensor>>& entries);
  void To(std::optional<c10::Device> device, std::optional<c10::ScalarType> dtype,
          bool non_blocking);
  std::shared_ptr<TorchScriptEngine> Clone() const;
  /// Puts a module with the same methods in this one's place, also for the engines that share it:
  /// those of other environments while no method is stateful.
  void Replace(torch::jit::Module module);
  /// A module made of this one's submodules: the same weights and attributes behind the same gate.
  std::shared_ptr<TorchScriptEngine> Part(torch::jit::Module part) const;
  using ExtraFiles = std::unordered_map<std::string, std::string>;
  void Save(const std::string& path, const ExtraFiles& extra_files) const;
  std::string ToBytes(const ExtraFiles& extra_files) const;

 private:
  struct Callable {
    torch::jit::Function* function;
    Effects effects;
  };

  /// What `Replace` exchanges.
  struct Loaded {
    torch::jit::Module module;
    std::vector<Callable> callables;  // in the order of `methods_`
    bool has_parameters = false;
    std::optional<std::size_t> training_slot;
  };

  void Prepare();
  static Callable CallableOf(torch::jit::Function& function);
  void CreateExecutors();
  void MarkParameters();
  void RequireOwnGradients(const char* where) const;
  bool IsStateful() const;

  const std::shared_ptr<torch::jit::CompilationUnit> unit_;  // owns the schemas of `methods_`
  std::shared_ptr<Loaded> loaded_;
  std::vector<Method> methods_;
  bool owns_gradients_ = true;
};

}  // namespace libtorch_node::core

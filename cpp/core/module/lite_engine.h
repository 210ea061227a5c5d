#pragma once

#include <torch/csrc/jit/mobile/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/module/engine.h"
#include "core/module/lite_code.h"

namespace libtorch_node::core {

/// A module of the lite interpreter: bytecode over a tree of objects. What it holds can be read; it
/// moves to a device when it is loaded, or never.
class LiteEngine final : public Engine {
 public:
  explicit LiteEngine(torch::jit::mobile::Module module);

  Format format() const override { return Format::kLite; }
  std::string TypeName() const override;
  const std::vector<Method>& methods() const override { return methods_; }
  c10::IValue Run(const Method& method, torch::jit::Stack inputs) override;
  /// Its weights do not learn, so gradients only flow through to the inputs.
  bool OwnsGradients() const override { return true; }
  std::shared_ptr<Engine> Share() override;

  const torch::jit::mobile::Module& module() const { return module_; }
  int64_t BytecodeVersion() const { return module_.bytecode_version(); }
  int64_t OperatorVersion() const { return module_.min_operator_version(); }
  std::unordered_map<std::string, std::string> Metadata() const { return module_.getMetadata(); }
  /// Parameters and buffers, which lite files do not tell apart, by qualified name. Their sizes are
  /// their own; the storages are the module's and may not be resized from now on.
  std::vector<std::pair<std::string, at::Tensor>> NamedParameters() const;
  /// Names and types of what the submodule at `path` holds beside modules, by its values.
  std::vector<std::pair<std::string, std::string>> Attributes(const std::string& path) const;
  /// Throws ERR_NO_ATTRIBUTE, naming those there are.
  c10::IValue Attribute(const std::string& qualified_name) const;

 private:
  struct Callable {
    torch::jit::mobile::Function* function;
    LiteEffects effects;
  };
  LiteEngine(const LiteEngine& other) = default;

  bool IsStateful() const;

  torch::jit::mobile::Module module_;
  c10::intrusive_ptr<c10::ivalue::Object> object_;
  // The tensors that learnt where the file was made: no method writes to them.
  std::vector<at::Tensor> weights_;
  // Methods point into the schemas, so they are shared, never moved.
  std::shared_ptr<const std::vector<c10::FunctionSchema>> schemas_;
  std::vector<Method> methods_;
  std::vector<Callable> callables_;  // same order
};

}  // namespace libtorch_node::core

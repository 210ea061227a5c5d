#pragma once

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <vector>

namespace libtorch_node::core {

/// A compilation unit for classes made of those of a module. Units own methods, take no locks and
/// forget nothing: in the module's own, what is made of it would never be freed, and two could not
/// be made at a time. It holds the units of the module, whose functions its graphs may call.
class OwnUnit {
 public:
  explicit OwnUnit(const torch::jit::Module& origin);

  const std::shared_ptr<torch::jit::CompilationUnit>& unit() const { return unit_; }

  /// Lets go of the module's units when the graphs of `made` name nothing of them.
  void ForgetOrigin(const torch::jit::Module& made);

 private:
  struct Holder;
  const std::shared_ptr<Holder> holder_;
  const std::shared_ptr<torch::jit::CompilationUnit> unit_;
};

/// A deep copy of the module whose classes are copies too, in that unit.
torch::jit::Module CopyInto(const std::shared_ptr<torch::jit::CompilationUnit>& unit,
                            const torch::jit::Module& module);

}  // namespace libtorch_node::core

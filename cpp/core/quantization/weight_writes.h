#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/ir.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace libtorch_node::core {

/// Which weights a prepared module's forward may change while it runs.
class WeightWrites {
 public:
  explicit WeightWrites(torch::jit::Module prepared);

  bool MayChange(const torch::jit::Value* weight) const;

 private:
  void Collect(torch::jit::Block* block);
  at::Tensor AttributeBehind(const torch::jit::Value* value) const;

  const torch::jit::Module prepared_;
  const torch::jit::AliasDb aliases_;
  /// What operators write into.
  std::vector<torch::jit::Value*> written_;
  /// Names of attributes that are assigned to, with the class.
  std::set<std::pair<c10::ClassTypePtr, std::string>> assigned_;
};

}  // namespace libtorch_node::core

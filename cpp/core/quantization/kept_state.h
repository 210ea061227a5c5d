#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace libtorch_node::core {

/// What a module that changes its own attributes had in them, to be put back after calibration.
/// Observers keep what they learn.
class KeptState {
 public:
  KeptState() = default;
  explicit KeptState(const torch::jit::Module& observed);
  void Restore() const;

 private:
  struct Entry {
    c10::intrusive_ptr<c10::ivalue::Object> object;
    std::size_t slot;
    c10::IValue value;
  };
  void Collect(const torch::jit::Module& module);

  std::vector<Entry> entries_;
};

}  // namespace libtorch_node::core

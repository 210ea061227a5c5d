#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/stack.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// One registered operator.
struct Overload {
  std::shared_ptr<torch::jit::Operator> op;
  std::optional<torch::jit::Operation> operation;  // absent in a mere listing
  /// A copy: a library may take the operator's own away.
  std::shared_ptr<const c10::FunctionSchema> schema;
  bool is_mutable = false;
  /// Arguments whose sizes or memory it may change.
  std::vector<std::size_t> reshaped_arguments;
  /// Arguments that are devices, to be checked before LibTorch looks for their kernels.
  std::vector<std::size_t> device_arguments;
};

/// The overloads of one name, in the order in which PyTorch tries them.
struct OperatorSet {
  std::string name;
  std::vector<Overload> overloads;
  bool numbers_as_tensors = false;
};

/// By 'aten::add' or 'aten::add.Tensor'; throws ERR_UNKNOWN_OPERATOR with the nearest names.
OperatorSet FindOperators(const std::string& name);

/// Every operator of LibTorch's registry.
std::vector<Overload> AllOperators();

/// Why JavaScript cannot call the operator; empty when it can.
std::string ObstacleOf(const torch::jit::Operator& op);

/// Runs on the stack. Throws ERR_NOT_RESIZABLE for what might change the sizes of a parameter, and
/// ERR_DEVICE_UNAVAILABLE for a device that is not there. When a mutating operator fails, the sizes
/// of tensors whose storage it could not resize are as before.
void CallOperator(Overload& overload, torch::jit::Stack& stack);

std::string ToString(const c10::FunctionSchema& schema);

}  // namespace libtorch_node::core

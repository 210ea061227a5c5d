#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

namespace libtorch_node::core {

enum class OptimizerKind { kSgd, kAdam };

/// Of one group of parameters, as PyTorch names them; each kind reads its own.
struct OptimizerOptions {
  double lr = 1e-3;
  double weight_decay = 0;
  bool maximize = false;
  // SGD
  double momentum = 0;
  double dampening = 0;
  bool nesterov = false;
  // Adam and AdamW
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  bool amsgrad = false;
  bool decoupled_weight_decay = false;
};

/// A parameter with what its past steps left.
struct OptimizedParameter {
  at::Tensor parameter;
  double step = 0;
  at::Tensor momentum_buffer;  // SGD
  at::Tensor exp_avg;          // Adam
  at::Tensor exp_avg_sq;
  at::Tensor max_exp_avg_sq;

  /// Takes copies of another one's steps, on this parameter's device and of its dtype; throws
  /// ERR_STATE_DICT for other shapes, and then changes nothing.
  void Load(const OptimizedParameter& state);
};

using OptimizedGroup = std::vector<OptimizedParameter>;

/// The update rules of PyTorch's `torch.optim`, operator by operator as its single-tensor
/// implementations on the CPU, so that the numbers are the same.
class Optimizer {
 public:
  explicit Optimizer(OptimizerKind kind) : kind_(kind) {}

  OptimizerKind kind() const { return kind_; }
  std::vector<OptimizedGroup>& groups() { return groups_; }
  /// Throws ERR_NOT_LEAF for what is no leaf, ERR_VALUE for a parameter that is there already, and
  /// ERR_NOT_TRAINABLE for a group without any.
  void AddGroup(const std::vector<at::Tensor>& parameters);
  /// One step with options for each group. Parameters without a gradient stay as they are.
  void Step(const std::vector<OptimizerOptions>& options);
  void ZeroGrad(bool set_to_none) const;

 private:
  const OptimizerKind kind_;
  std::vector<OptimizedGroup> groups_;
};

}  // namespace libtorch_node::core

#include "core/optim/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/autograd/backward.h"
#include "core/error.h"

namespace libtorch_node::core {
namespace {

/// https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
void StepSgd(OptimizedParameter& state, const OptimizerOptions& options) {
  const at::Tensor& parameter = state.parameter;
  at::Tensor gradient = parameter.grad();
  if (options.maximize) gradient = gradient.neg();
  if (options.weight_decay != 0) gradient = gradient.add(parameter, options.weight_decay);
  if (options.momentum != 0) {
    if (!state.momentum_buffer.defined()) {
      state.momentum_buffer = gradient.detach().clone();
    } else {
      state.momentum_buffer.mul_(options.momentum).add_(gradient, 1 - options.dampening);
    }
    gradient = options.nesterov ? gradient.add(state.momentum_buffer, options.momentum)
                                : state.momentum_buffer;
  }
  parameter.add_(gradient, -options.lr);
}

at::Tensor Real(const at::Tensor& tensor) {
  return tensor.is_complex() ? at::view_as_real(tensor) : tensor;
}

/// https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html, and AdamW with
/// `decoupled_weight_decay`.
void StepAdam(OptimizedParameter& state, const OptimizerOptions& options) {
  at::Tensor gradient = state.parameter.grad();
  if (gradient.layout() != c10::kStrided) {
    throw Error("ERR_NOT_IMPLEMENTED", "Adam does not support sparse gradients");
  }
  if (!state.exp_avg.defined()) state.exp_avg = at::zeros_like(state.parameter);
  if (!state.exp_avg_sq.defined()) state.exp_avg_sq = at::zeros_like(state.parameter);
  if (options.amsgrad && !state.max_exp_avg_sq.defined()) {
    state.max_exp_avg_sq = at::zeros_like(state.parameter);
  }
  if (options.maximize) gradient = gradient.neg();
  state.step += 1;
  if (options.weight_decay != 0) {
    if (options.decoupled_weight_decay) {
      state.parameter.mul_(1 - options.lr * options.weight_decay);
    } else {
      gradient = gradient.add(state.parameter, options.weight_decay);
    }
  }
  const at::Tensor parameter = Real(state.parameter);
  const at::Tensor average = Real(state.exp_avg);
  const at::Tensor squares = Real(state.exp_avg_sq);
  gradient = Real(gradient);
  average.lerp_(gradient, 1 - options.beta1);
  squares.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
  const double correction1 = 1 - std::pow(options.beta1, state.step);
  const double correction2 = std::sqrt(1 - std::pow(options.beta2, state.step));
  at::Tensor root;
  if (options.amsgrad) {
    at::Tensor largest = Real(state.max_exp_avg_sq);
    at::maximum_out(largest, largest, squares);
    root = largest.sqrt();
  } else {
    root = squares.sqrt();
  }
  parameter.addcdiv_(average, root.div_(correction2).add_(options.eps),
                     -(options.lr / correction1));
}

}  // namespace

void OptimizedParameter::Load(const OptimizedParameter& state) {
  const at::NoGradGuard no_grad;
  const auto copy = [this](const at::Tensor& tensor) {
    if (!tensor.defined()) return at::Tensor();
    if (tensor.sizes() != parameter.sizes()) {
      throw Error("ERR_STATE_DICT",
                  "loadStateDict: a state's shape is not that of its parameter; are they the same "
                  "parameters in the same order?");
    }
    return tensor.detach().to(parameter.options(), false, true);
  };
  OptimizedParameter loaded{parameter,
                            state.step,
                            copy(state.momentum_buffer),
                            copy(state.exp_avg),
                            copy(state.exp_avg_sq),
                            copy(state.max_exp_avg_sq)};
  *this = std::move(loaded);
}

void Optimizer::AddGroup(const std::vector<at::Tensor>& parameters) {
  if (parameters.empty()) {
    throw Error("ERR_NOT_TRAINABLE",
                "optim: got an empty parameter list; a frozen module has no parameters: train the "
                "module that it was frozen from");
  }
  std::unordered_set<const void*> known;
  for (const OptimizedGroup& group : groups_) {
    for (const OptimizedParameter& state : group) {
      known.insert(state.parameter.unsafeGetTensorImpl());
    }
  }
  OptimizedGroup group;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor& parameter = parameters[i];
    const std::string where = "optim: parameter " + std::to_string(i);
    if (parameter.is_inference()) {
      throw Error("ERR_INFERENCE_TENSOR",
                  where + " is an inference tensor: clone() it outside of inferenceMode");
    }
    if (!parameter.is_leaf()) {
      throw Error("ERR_NOT_LEAF", where + ": can't optimize a non-leaf Tensor");
    }
    if (!known.insert(parameter.unsafeGetTensorImpl()).second) {
      throw Error("ERR_VALUE", where + ": the same tensor appears twice", ErrorKind::kRange);
    }
    group.emplace_back().parameter = parameter;
  }
  groups_.push_back(std::move(group));
}

void Optimizer::Step(const std::vector<OptimizerOptions>& options) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < groups_.size() && i < options.size(); ++i) {
    for (OptimizedParameter& state : groups_[i]) {
      if (!state.parameter.grad().defined()) continue;
      if (kind_ == OptimizerKind::kSgd) {
        StepSgd(state, options[i]);
      } else {
        StepAdam(state, options[i]);
      }
    }
  }
}

void Optimizer::ZeroGrad(bool set_to_none) const {
  std::vector<at::Tensor> parameters;
  for (const OptimizedGroup& group : groups_) {
    for (const OptimizedParameter& state : group) parameters.push_back(state.parameter);
  }
  ZeroGradients(parameters, set_to_none);
}

}  // namespace libtorch_node::core

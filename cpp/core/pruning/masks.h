#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <variant>

namespace libtorch_node::core {

/// How much to prune: a fraction from 0 to 1, or a number of weights or channels.
using PruningAmount = std::variant<double, int64_t>;

/// Throws ERR_OUT_OF_RANGE, in the words of torch.nn.utils.prune.
void CheckAmount(const PruningAmount& amount);

/// Which weights to prune next, by the rules of the classes in torch.nn.utils.prune.
struct PruningMethod {
  enum class Kind { kL1Unstructured, kRandomUnstructured, kLnStructured, kRandomStructured, kMask };

  Kind kind = Kind::kL1Unstructured;
  PruningAmount amount = 0.0;
  /// Of kLnStructured: a number, or 'fro' or 'nuc'.
  std::variant<double, std::string> norm = 2.0;
  /// Of the structured ones.
  int64_t dim = -1;
  /// Of kMask.
  at::Tensor mask;
};

/// The first mask of a weight. `scores` has its shape: the weight itself, or what stands for it.
at::Tensor FirstMask(const PruningMethod& method, const at::Tensor& scores,
                     const at::Tensor& weight);

/// The mask of a weight that has one: amounts count what is left, as PruningContainer does.
at::Tensor NextMask(const PruningMethod& method, const at::Tensor& scores, const at::Tensor& mask);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// Of one backward pass; an absent `retain_graph` is what `create_graph` is.
struct BackwardOptions {
  std::optional<bool> retain_graph;
  bool create_graph = false;
  bool allow_unused = false;
};

/// Adds to the gradients of the leaves, or of `inputs` where there are any. `gradients` are one for
/// each tensor, undefined for a scalar's own, or none at all.
void Backward(const std::vector<at::Tensor>& tensors, const std::vector<at::Tensor>& gradients,
              const std::vector<at::Tensor>& inputs, const BackwardOptions& options);

/// The gradients themselves, undefined for inputs that were not used.
std::vector<at::Tensor> Gradients(const std::vector<at::Tensor>& outputs,
                                  const std::vector<at::Tensor>& inputs,
                                  const std::vector<at::Tensor>& gradients,
                                  const BackwardOptions& options);

/// Sets the gradient, an undefined one for none; throws for one of another shape, dtype or device.
void SetGradient(const at::Tensor& tensor, const at::Tensor& gradient);

/// Forgets the gradients, or fills them with zeros.
void ZeroGradients(const std::vector<at::Tensor>& tensors, bool set_to_none);

/// The name of the node that made the tensor, as 'AddBackward0'; empty for a leaf.
std::string GradientFunction(const at::Tensor& tensor);

}  // namespace libtorch_node::core

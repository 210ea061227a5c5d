#include "core/autograd/backward.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <sstream>
#include <utility>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

using Tensors = std::vector<at::Tensor>;

std::string ShapeOf(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return std::move(text).str();
}

/// LibTorch would broadcast.
void CheckGradients(const Tensors& tensors, const Tensors& gradients) {
  if (gradients.empty()) return;
  if (gradients.size() != tensors.size()) {
    throw Error("ERR_VALUE",
                "expected a gradient for each of the " + std::to_string(tensors.size()) +
                    " tensors, got " + std::to_string(gradients.size()),
                ErrorKind::kRange);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!gradients[i].defined() || gradients[i].sizes() == tensors[i].sizes()) continue;
    throw Error("ERR_SHAPE_MISMATCH",
                "gradient " + std::to_string(i) + ": expected the shape " + ShapeOf(tensors[i]) +
                    " of the tensor, got " + ShapeOf(gradients[i]),
                ErrorKind::kRange);
  }
}

}  // namespace

void Backward(const Tensors& tensors, const Tensors& gradients, const Tensors& inputs,
              const BackwardOptions& options) {
  CheckGradients(tensors, gradients);
  torch::autograd::backward(tensors, gradients, options.retain_graph, options.create_graph, inputs);
}

Tensors Gradients(const Tensors& outputs, const Tensors& inputs, const Tensors& gradients,
                  const BackwardOptions& options) {
  if (inputs.empty() || outputs.empty()) {
    throw Error("ERR_VALUE", "grad: expected at least one output and one input", ErrorKind::kRange);
  }
  CheckGradients(outputs, gradients);
  return torch::autograd::grad(outputs, inputs, gradients, options.retain_graph,
                               options.create_graph, options.allow_unused);
}

void SetGradient(const at::Tensor& tensor, const at::Tensor& gradient) {
  if (!gradient.defined()) {
    // A tensor without autograd's data has none to forget.
    if (tensor.grad().defined()) tensor.mutable_grad().reset();
    return;
  }
  if (tensor.is_inference()) {
    throw Error("ERR_INFERENCE_TENSOR",
                "grad: an inference tensor has no gradient: clone() it outside of inferenceMode");
  }
  if (gradient.is_same(tensor)) {
    throw Error("ERR_INVALID_ARG_VALUE", "grad: a tensor cannot be its own gradient",
                ErrorKind::kType);
  }
  if (gradient.sizes() != tensor.sizes()) {
    throw Error("ERR_SHAPE_MISMATCH",
                "grad: expected the shape " + ShapeOf(tensor) + ", got " + ShapeOf(gradient),
                ErrorKind::kRange);
  }
  if (gradient.scalar_type() != tensor.scalar_type()) {
    throw Error("ERR_INVALID_ARG_TYPE",
                std::string("grad: expected ") + c10::toString(tensor.scalar_type()) + ", got " +
                    c10::toString(gradient.scalar_type()),
                ErrorKind::kType);
  }
  if (gradient.device() != tensor.device()) {
    throw Error(
        "ERR_INVALID_ARG_VALUE",
        "grad: expected the device " + tensor.device().str() + ", got " + gradient.device().str(),
        ErrorKind::kType);
  }
  tensor.mutable_grad() = gradient;
}

void ZeroGradients(const Tensors& tensors, bool set_to_none) {
  const at::NoGradGuard no_grad;
  for (const at::Tensor& tensor : tensors) {
    if (!tensor.grad().defined()) continue;
    at::Tensor& gradient = tensor.mutable_grad();
    if (set_to_none) {
      gradient.reset();
    } else if (gradient.grad_fn() != nullptr) {
      gradient = gradient.detach().zero_();
    } else {
      gradient.requires_grad_(false).zero_();
    }
  }
}

std::string GradientFunction(const at::Tensor& tensor) {
  if (tensor.is_inference()) return "";
  const auto& node = tensor.grad_fn();
  return node == nullptr ? "" : node->name();
}

}  // namespace libtorch_node::core

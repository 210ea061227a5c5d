#include "core/autograd/graph_alias.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {
namespace {

using torch::autograd::Node;
using torch::autograd::variable_list;

/// LibTorch's own `alias` makes a view, and a view reads the history of its base, which the thread
/// that owns the base may be changing.
struct AliasNode final : Node {
  variable_list apply(variable_list&& gradients) override { return std::move(gradients); }
  std::string name() const override { return "AliasBackward0"; }
};

/// Versions of LibTorch count references to nodes in two ways; what one of them lacks must not be
/// looked up before the template is made.
template <typename Pointer, typename Made>
Pointer NewNode() {
  if constexpr (std::is_same_v<Pointer, std::shared_ptr<Node>>) {
    return Pointer(new Made(), [](auto* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<Made>();
  }
}

}  // namespace

at::Tensor GraphAlias(const at::Tensor& tensor) {
  at::Tensor alias = PinnedAlias(tensor);
  if (!tensor.defined() || tensor.is_inference() || !c10::GradMode::is_enabled() ||
      !tensor.requires_grad()) {
    return alias;
  }
  alias.set_requires_grad(false);
  auto node = NewNode<decltype(torch::autograd::Edge::function), AliasNode>();
  node->set_next_edges(torch::autograd::collect_next_edges(tensor));
  torch::autograd::impl::set_version_counter(alias, torch::autograd::impl::version_counter(tensor));
  torch::autograd::set_history(alias, node);
  return alias;
}

}  // namespace libtorch_node::core

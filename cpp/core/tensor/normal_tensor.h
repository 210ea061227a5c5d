#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

namespace libtorch_node::core {

/// Outside of InferenceMode, its tensors can neither be changed in place nor used by autograd. This
/// gives a normal tensor over the same storage; what is normal already comes back as it is.
at::Tensor AsNormalTensor(const at::Tensor& tensor);

/// The same for what a run returned, however nested; lists, dicts and tuples that nobody else holds
/// change in place. A tensor that somebody else holds too (an input, an attribute) becomes an alias
/// of its storage, which may then not be resized any more: sizes that two threads see must not be
/// changed by one of them. With `keep_graph`, leaves that require grad stay what they are, and
/// gradients flow through aliases of others.
c10::IValue AsNormal(c10::IValue value, bool keep_graph = false);

/// A normal tensor with its own sizes over the same storage, which may not be resized from now on.
/// Leaves keep requires_grad; the graph of others is cut.
at::Tensor PinnedAlias(const at::Tensor& tensor);

}  // namespace libtorch_node::core

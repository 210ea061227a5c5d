#pragma once

namespace libtorch_node::core {

/// Registers PyTorch's classes `xnnpack` and operators `prepacked`, where LibTorch was built
/// without XNNPACK: models that older PyTorch optimized for phones then load, and can be written.
/// Does nothing where any of them is there. Idempotent; classes cannot be taken away again.
void RegisterXnnpackOperators();

}  // namespace libtorch_node::core

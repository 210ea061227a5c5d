#pragma once

#include <functional>

namespace libtorch_node::core {

/// Runs on a thread of its own with room for LibTorch's recursion, and waits. Exceptions pass
/// through; warnings go where the caller's go.
void RunOnDeepStack(const std::function<void()>& work);

}  // namespace libtorch_node::core

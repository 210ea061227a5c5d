#pragma once

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/module.h>

namespace libtorch_node::core {

/// Throws ERR_COMPILE for functions that would have too many nodes with their calls inlined, which
/// LibTorch does first: functions that call each other twice double it at each step.
void RequireModestSize(const torch::jit::CompilationUnit& unit);

/// Throws ERR_COMPILE for methods in whose graphs too many operators follow one another, each
/// using the one before alone: LibTorch's interpreter recurses along them, on the caller's stack.
void RequireShortChains(const torch::jit::Module& module);

}  // namespace libtorch_node::core

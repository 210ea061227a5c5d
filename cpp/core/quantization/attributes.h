#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace libtorch_node::core {

/// Adds an attribute to a prepared module, whose name is `stem` or, where that is taken, made of
/// it; gives the name.
std::string AddAttribute(torch::jit::Module& prepared, const std::string& stem, c10::IValue value);

/// Takes away what a prepared module's forward does not use any more, and the submodules that are
/// empty then.
void DropUnusedAttributes(torch::jit::Module& prepared);

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type_base.h>
#include <torch/csrc/jit/mobile/function.h>

namespace libtorch_node::core {

/// The lite interpreter's own kind of type, as TorchScript writes it; others come back as they are.
c10::TypePtr StaticType(const c10::TypePtr& type);

/// What a function takes and gives, in static types. The lite interpreter knows positions alone, so
/// no argument is for keywords only. A file of PyTorch 1.7 or 1.8 may say nothing about types: then
/// any value goes, as many as the function's code stores.
c10::FunctionSchema SchemaOf(const torch::jit::mobile::Function& function);

}  // namespace libtorch_node::core

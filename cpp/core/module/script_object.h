#pragma once

#include <ATen/core/function.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

/// Objects of script classes and of custom C++ classes.
std::vector<torch::jit::Function*> MethodsOf(const c10::ivalue::Object& object);
/// Throws ERR_NO_METHOD, naming the methods there are.
torch::jit::Function& MethodOf(const c10::ivalue::Object& object, const std::string& name);
/// Throws ERR_NO_ATTRIBUTE, naming the attributes there are.
c10::IValue AttributeOf(const c10::ivalue::Object& object, const std::string& name);
/// `inputs` are the arguments after `self`. An object's methods run one at a time.
c10::IValue RunMethod(const c10::intrusive_ptr<c10::ivalue::Object>& object,
                      torch::jit::Function& method, torch::jit::Stack inputs);

}  // namespace libtorch_node::core

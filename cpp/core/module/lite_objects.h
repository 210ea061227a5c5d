#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <string>
#include <utility>
#include <vector>

namespace libtorch_node::core {

/// The tree of objects under a module of the lite interpreter. Its classes know the names of
/// attributes, but neither their types nor which of them are parameters.
using LiteObject = c10::intrusive_ptr<c10::ivalue::Object>;

/// By qualified name, in the order of the attributes.
std::vector<std::pair<std::string, at::Tensor>> NamedTensors(const LiteObject& root);

/// The tensors that require grad: parameters, which no method writes to.
std::vector<at::Tensor> LearningTensors(const LiteObject& root);

/// Names and types of what the object at `path` holds beside objects; throws ERR_NO_ATTRIBUTE.
std::vector<std::pair<std::string, std::string>> AttributesOf(const LiteObject& root,
                                                              const std::string& path);

/// Throws ERR_NO_ATTRIBUTE: files for phones are often stripped of what no method reads.
c10::IValue AttributeOf(const LiteObject& root, const std::string& qualified_name);

/// Turns the exception in flight into ERR_SCRIPT_FAILED where the interpreter let an operator's own
/// failure through; what carries a code of its own, and what the model raised, stays as it is.
[[noreturn]] void ThrowAsScriptFailure(const std::string& method);

}  // namespace libtorch_node::core

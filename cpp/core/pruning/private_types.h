#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// What changes in one module object.
struct ObjectEdit {
  struct Slot {
    std::string name;
    at::Tensor value;
    bool is_parameter;  // else a buffer
  };
  std::vector<std::string> removed;
  /// Behind the others, as Python registers them.
  std::vector<Slot> added;
};

using Object = c10::ivalue::Object;
using ObjectEdits = std::map<const Object*, ObjectEdit>;
/// The types that edited objects have now.
using EditedTypes = std::map<const c10::Type*, const Object*>;
using RewriteGraph = std::function<void(torch::jit::Graph& graph, const EditedTypes& edited)>;

/// Types belong to all objects of a class, and to those of clones. So this makes new objects with
/// types of their own of the root, of what is edited and of what lies between; all else, tensors
/// included, stays the same. Every method of the new types passes through `rewrite`. Throws
/// ERR_NOT_PRUNABLE for code that hands edited modules about.
torch::jit::Module WithPrivateTypes(const torch::jit::Module& root, const ObjectEdits& edits,
                                    const RewriteGraph& rewrite);

}  // namespace libtorch_node::core

#include "core/quantization/fold_check.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

/// Follows calls as inlining does, and notes the places in the code where each module is called.
class Calls {
 public:
  void Follow(const Module& self, const std::string& method) {
    const auto found = self.find_method(method);
    if (!found || !followed_.emplace(self._ivalue().get(), method).second) return;
    const auto* graph = torch::jit::tryToGraphFunction(found->function());
    if (graph != nullptr) Follow(self, graph->graph()->block());
  }

  bool FoldedIsCalledTwice() const {
    return std::any_of(folded_.begin(), folded_.end(),
                       [this](const void* object) { return places_.at(object).size() > 1; });
  }

 private:
  void Follow(const Module& self, const Block* block) {
    for (const Node* node : block->nodes()) {
      for (const Block* inner : node->blocks()) Follow(self, inner);
      if (node->kind() != c10::prim::CallMethod) continue;
      const auto callee = Resolve(self, node->input(0));
      if (!callee) continue;
      const bool own = callee->_ivalue().get() == self._ivalue().get();
      if (!own) places_[callee->_ivalue().get()].insert(node);
      if (node->inputs().size() > 1 && IsOf(*callee, "BatchNorm")) {
        const Node* before = node->input(1)->node();
        const auto convolution = before->kind() == c10::prim::CallMethod
                                     ? Resolve(self, before->input(0))
                                     : std::nullopt;
        if (convolution && IsOf(*convolution, "Conv")) {
          folded_.insert(convolution->_ivalue().get());
          folded_.insert(callee->_ivalue().get());
        }
      }
      Follow(*callee, node->s(c10::attr::name));
    }
  }

  /// The module that a value is: `self`, or an attribute of it.
  static std::optional<Module> Resolve(const Module& self, const Value* value) {
    std::vector<std::string> names;
    while (value->node()->kind() == c10::prim::GetAttr) {
      names.push_back(value->node()->s(c10::attr::name));
      value = value->node()->input(0);
    }
    if (value->node()->kind() != c10::prim::Param || value->offset() != 0) return std::nullopt;
    c10::IValue object = self._ivalue();
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
      if (!object.isObject() || !object.toObjectRef().type()->hasAttribute(*name)) {
        return std::nullopt;
      }
      object = object.toObjectRef().getAttr(*name);
    }
    return object.isModule() ? std::optional(object.toModule()) : std::nullopt;
  }

  static bool IsOf(const Module& module, const char* kind) {
    const auto name = module.type()->name();
    return name && name->name().find(kind) != std::string::npos;
  }

  std::set<std::pair<const void*, std::string>> followed_;
  std::unordered_map<const void*, std::set<const Node*>> places_;
  std::set<const void*> folded_;
};

}  // namespace

bool CanFoldBatchNorms(const Module& module) {
  Calls calls;
  for (const torch::jit::Method& method : module.get_methods()) calls.Follow(module, method.name());
  return !calls.FoldedIsCalledTwice();
}

}  // namespace libtorch_node::core

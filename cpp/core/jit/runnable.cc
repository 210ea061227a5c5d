#include "core/jit/runnable.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/error.h"

namespace libtorch_node::core {

namespace {

using torch::jit::Block;
using torch::jit::Function;
using torch::jit::Node;
using torch::jit::Value;

// The largest published models have some ten thousand.
constexpr std::size_t kMostNodes = 500'000;
// Each costs 300 bytes of stack.
constexpr std::size_t kLongestChain = 5'000;

class InlinedSizes {
 public:
  std::size_t Of(Function& function) {
    const auto known = sizes_.find(&function);
    if (known != sizes_.end()) return known->second;
    std::size_t size = 1;
    if (auto* graph = torch::jit::tryToGraphFunction(function)) {
      size = Of(graph->graph()->block());
    }
    return sizes_[&function] = size;
  }

 private:
  std::size_t Of(Block* block) {
    std::size_t size = 0;
    for (Node* node : block->nodes()) {
      size += Of(node);
      for (Block* inner : node->blocks()) size += Of(inner);
      if (size >= kMostNodes) return kMostNodes;
    }
    return size;
  }

  std::size_t Of(Node* node) {
    if (node->kind() == c10::prim::CallFunction) {
      const auto type = node->input(0)->type()->cast<c10::FunctionType>();
      if (type != nullptr) return Of(*type->function());
    } else if (node->kind() == c10::prim::CallMethod) {
      const auto type = node->input(0)->type()->cast<c10::ClassType>();
      if (type == nullptr) return 1;
      if (auto* method = type->findMethod(node->s(c10::attr::name))) return Of(*method);
    }
    return 1;
  }

  std::unordered_map<Function*, std::size_t> sizes_;
};

/// Chains of nodes whose only output the next one uses alone, in one block and in those inside.
std::size_t LongestChain(Block* block) {
  std::size_t longest = 0;
  std::unordered_map<const Value*, std::size_t> lengths;
  for (Node* node : block->nodes()) {
    std::size_t length = 1;
    for (const Value* input : node->inputs()) {
      const auto before = lengths.find(input);
      if (before != lengths.end() && input->uses().size() == 1) {
        length = std::max(length, before->second + 1);
      }
    }
    if (node->outputs().size() == 1) lengths[node->output()] = length;
    longest = std::max(longest, length);
    for (Block* inner : node->blocks()) longest = std::max(longest, LongestChain(inner));
  }
  return longest;
}

}  // namespace

void RequireModestSize(const torch::jit::CompilationUnit& unit) {
  InlinedSizes sizes;
  for (Function* function : unit.get_functions()) {
    function->ensure_defined();
    if (sizes.Of(*function) < kMostNodes) continue;
    throw Error("ERR_COMPILE", "'" + function->name() + "' would have more than " +
                                   std::to_string(kMostNodes) + " nodes with its calls inlined");
  }
}

void RequireShortChains(const torch::jit::Module& module) {
  for (const torch::jit::Method& method : module.get_methods()) {
    auto* graph = torch::jit::tryToGraphFunction(method.function());
    if (graph == nullptr) continue;
    if (LongestChain(graph->optimized_graph()->block()) <= kLongestChain) continue;
    throw Error("ERR_COMPILE", "'" + method.name() + "' has more than " +
                                   std::to_string(kLongestChain) +
                                   " operators in one chain: use a loop of TorchScript");
  }
}

}  // namespace libtorch_node::core

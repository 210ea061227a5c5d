#include "core/jit/inlined_size.h"

#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <unordered_map>

namespace libtorch_node::core {

namespace {

class Meter {
 public:
  explicit Meter(std::size_t limit) : limit_(limit) {}

  std::size_t Of(torch::jit::Function& function) {
    const auto known = sizes_.find(&function);
    if (known != sizes_.end()) return known->second;
    std::size_t size = 1;
    if (auto* graph = torch::jit::tryToGraphFunction(function)) {
      size = Of(graph->graph()->block());
    }
    return sizes_[&function] = size;
  }

 private:
  std::size_t Of(torch::jit::Block* block) {
    std::size_t size = 0;
    for (torch::jit::Node* node : block->nodes()) {
      size += Of(node);
      for (torch::jit::Block* inner : node->blocks()) size += Of(inner);
      if (size >= limit_) return limit_;
    }
    return size;
  }

  std::size_t Of(torch::jit::Node* node) {
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

  const std::size_t limit_;
  std::unordered_map<torch::jit::Function*, std::size_t> sizes_;
};

}  // namespace

std::size_t InlinedSize(torch::jit::Function& function, std::size_t limit) {
  return std::min(Meter(limit).Of(function), limit);
}

}  // namespace libtorch_node::core

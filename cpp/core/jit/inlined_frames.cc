#include "core/jit/inlined_frames.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/ir/scope.h>

#include <string>
#include <unordered_map>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Function;
using torch::jit::InlinedCallStack;
using torch::jit::InlinedCallStackPtr;
using torch::jit::Node;

class Frames {
 public:
  explicit Frames(Function* owner) : owner_(owner) {}

  void Own(Block* block) {
    for (Node* node : block->nodes()) {
      const auto frame = node->callstack();
      if (frame && *frame) node->setCallStack(Owned(*frame));
      for (Block* inner : node->blocks()) Own(inner);
    }
  }

 private:
  InlinedCallStackPtr Owned(const InlinedCallStackPtr& frame) {
    const auto known = owned_.find(frame.get());
    if (known != owned_.end()) return known->second;
    std::string name = frame->function_name();
    const auto callee = frame->callee();
    auto owned =
        callee ? c10::make_intrusive<InlinedCallStack>(
                     Owned(*callee), owner_, frame->source_range(), frame->module_instance(), name)
               : c10::make_intrusive<InlinedCallStack>(owner_, frame->source_range(),
                                                       frame->module_instance(), name);
    // The key stays in use: another frame could come to lie at its address.
    kept_.push_back(frame);
    return owned_[frame.get()] = std::move(owned);
  }

  Function* const owner_;
  std::unordered_map<const InlinedCallStack*, InlinedCallStackPtr> owned_;
  std::vector<InlinedCallStackPtr> kept_;
};

}  // namespace

void OwnInlinedFrames(const torch::jit::Module& module) {
  for (const torch::jit::Module& part : module.modules()) {
    for (const torch::jit::Method& method : part.get_methods()) {
      auto* graph = torch::jit::tryToGraphFunction(method.function());
      if (graph != nullptr) Frames(graph).Own(graph->graph()->block());
    }
  }
}

}  // namespace libtorch_node::core

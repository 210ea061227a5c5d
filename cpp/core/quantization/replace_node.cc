#include "core/quantization/replace_node.h"

#include <cstddef>

namespace libtorch_node::core {

void ReplaceNode(torch::jit::Node* node, torch::jit::Node* made) {
  for (std::size_t i = 0; i < node->outputs().size(); ++i) {
    made->output(i)->copyMetadata(node->output(i));
  }
  made->setScope(node->scope());
  made->setSourceRange(node->sourceRange());
  node->replaceAllUsesWith(made);
  node->destroy();
}

}  // namespace libtorch_node::core

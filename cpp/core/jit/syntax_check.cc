#include "core/jit/syntax_check.h"

#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/tree_views.h>

namespace libtorch_node::core {

void CheckSyntax(const torch::jit::TreeRef& tree) {
  if (tree->isAtom()) return;
  if (tree->kind() == torch::jit::TK_SUBSCRIPT &&
      torch::jit::Subscript(tree).subscript_exprs().empty()) {
    throw(torch::jit::ErrorReport(tree->range()) << "expected an index between the brackets");
  }
  for (const torch::jit::TreeRef& inner : tree->trees()) CheckSyntax(inner);
}

}  // namespace libtorch_node::core

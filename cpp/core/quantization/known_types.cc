#include "core/quantization/known_types.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>

#include <optional>

#include "core/quantization/layers.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

at::Tensor Parameter(const Module& module, const Value* value) {
  const bool is_attribute = value->node()->kind() == c10::prim::GetAttr;
  return is_attribute ? WeightOf(module, value) : at::Tensor();
}

std::optional<c10::IValue> Known(const Module& module, const Node* node) {
  if (node->kind() == c10::aten::dim) {
    const at::Tensor tensor = Parameter(module, node->input(0));
    if (tensor.defined()) return tensor.dim();
  }
  // `weight.dtype == torch.long`: which float it is may change.
  if (node->kind() != c10::aten::eq || node->inputs().size() != 2) return std::nullopt;
  const Node* dtype = node->input(0)->node();
  const auto other = torch::jit::toIValue(node->input(1));
  if (dtype->kind() != c10::prim::dtype || !other || !other->isInt()) return std::nullopt;
  const at::Tensor tensor = Parameter(module, dtype->input(0));
  const bool is_float = tensor.defined() && tensor.is_floating_point();
  const auto wanted = static_cast<at::ScalarType>(other->toInt());
  if (!is_float || !at::isIntegralType(wanted, /*includeBool=*/true)) return std::nullopt;
  return false;
}

bool Fold(const Module& module, Block* block) {
  bool changed = false;
  for (Node* node : block->nodes()) {
    const auto known = Known(module, node);
    if (known && node->output()->hasUses()) {
      const torch::jit::WithInsertPoint before(node);
      node->output()->replaceAllUsesWith(node->owningGraph()->insertConstant(*known));
      changed = true;
    }
    for (Block* inner : node->blocks()) changed = Fold(module, inner) || changed;
  }
  return changed;
}

}  // namespace

void FoldKnownTypes(const Module& prepared) {
  auto graph = prepared.get_method("forward").graph();
  while (Fold(prepared, graph->block())) torch::jit::ConstantPropagation(graph);
}

}  // namespace libtorch_node::core

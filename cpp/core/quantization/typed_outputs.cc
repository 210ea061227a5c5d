#include "core/quantization/typed_outputs.h"

#include <ATen/core/jit_type.h>
#include <ATen/core/symbol.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/error_message.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

c10::Symbol Dequantize() {
  static const c10::Symbol symbol = c10::Symbol::fromQualString("aten::dequantize");
  return symbol;
}

template <typename Visit>
void ForEachNode(Block* block, const Visit& visit) {
  for (auto it = block->nodes().begin(); it != block->nodes().end();) {
    Node* node = *it++;
    for (Block* inner : node->blocks()) ForEachNode(inner, visit);
    visit(node);
  }
}

bool IsTensors(const c10::TypePtr& type) {
  const auto list = type->cast<c10::ListType>();
  return list && list->getElementType()->isSubtypeOf(*c10::TensorType::get());
}

/// A member dequantized; others than tensors, and what is float already, as they are.
Value* Plain(Graph& graph, Value* member) {
  const bool is_tensor = member->type()->isSubtypeOf(*c10::TensorType::get());
  if (!is_tensor && !IsTensors(member->type())) return member;
  if (member->node()->kind() == Dequantize()) return member;
  Node* made = graph.insertNode(graph.create(Dequantize(), {member}));
  made->output()->setType(member->type());
  return made->output();
}

/// What an operator's argument views, as far as its schema tells.
const Value* ViewedBy(const Node* node) {
  const auto* schema = node->maybeSchema();
  if (schema == nullptr || schema->returns().size() != 1) return nullptr;
  const auto* returned = schema->returns()[0].alias_info();
  if (returned == nullptr) return nullptr;
  for (std::size_t i = 0; i < schema->arguments().size() && i < node->inputs().size(); ++i) {
    if (schema->arguments()[i].alias_info() != nullptr) return node->input(i);
  }
  return nullptr;
}

/// Whether nobody reads a change of what was dequantized for its writer. A value that is quantized
/// is dequantized anew for each of its readers.
bool IsLost(const Node* writer, const Value* written) {
  const bool is_read = std::any_of(writer->outputs().begin(), writer->outputs().end(),
                                   [](const Value* output) { return output->hasUses(); });
  while (written != nullptr) {
    if (written->node()->kind() == Dequantize()) {
      const auto& readers = written->node()->input(0)->uses();
      const auto reads_later = [&](const torch::jit::Use& use) {
        return use.user != written->node() && use.user->isAfter(writer);
      };
      return !is_read || std::any_of(readers.begin(), readers.end(), reads_later);
    }
    written = ViewedBy(written->node());
  }
  return false;
}

}  // namespace

void DequantizeMembers(Graph& graph) {
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() != Dequantize() || node->input(0)->type()->kind() != c10::TypeKind::TupleType)
      return;
    Node* tuple = node->input(0)->node();
    if (tuple->kind() != c10::prim::TupleConstruct) return;
    const torch::jit::WithInsertPoint before(node);
    std::vector<Value*> members;
    for (Value* member : tuple->inputs()) members.push_back(Plain(graph, member));
    const auto type = tuple->output()->type()->expect<c10::TupleType>();
    Node* made = graph.insertNode(graph.createTuple(members, type->schema() ? type : nullptr));
    node->output()->replaceAllUsesWith(made->output());
    node->destroy();
  });
}

void RefuseLostWrites(const Graph& graph) {
  ForEachNode(const_cast<Block*>(graph.block()), [](const Node* node) {
    const auto* schema = node->maybeSchema();
    if (schema == nullptr) return;
    for (std::size_t i = 0; i < schema->arguments().size() && i < node->inputs().size(); ++i) {
      const auto* alias = schema->arguments()[i].alias_info();
      if (alias == nullptr || !alias->isWrite() || !IsLost(node, node->input(i))) continue;
      const std::string operation = node->kind().toUnqualString();
      throw Error("ERR_NOT_QUANTIZABLE",
                  "the operator " + operation +
                      " changes a tensor in place that is quantized, and the change would be "
                      "lost: leave the layer before it out with `layers`\n" +
                      Scrub(node->sourceRange().str()));
    }
  });
}

}  // namespace libtorch_node::core

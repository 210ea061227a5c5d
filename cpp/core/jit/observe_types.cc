#include "core/jit/observe_types.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/csrc/jit/runtime/profiling_record.h>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

/// Brings what an instrumented copy saw back to the graph that it is a copy of.
class Notes {
 public:
  Notes(Graph& graph, Graph& copy) { Visit(graph.block(), copy.block()); }

 private:
  void Visit(Block* block, Block* copy) {
    Pair(block->inputs(), copy->inputs());
    auto node = block->nodes().begin();
    for (Node* seen : copy->nodes()) {
      if (seen->kind() == c10::prim::profile) {
        Note(seen);
        continue;
      }
      Pair(node->outputs(), seen->outputs());
      for (std::size_t i = 0; i < node->blocks().size(); ++i) {
        Visit(node->blocks()[i], seen->blocks()[i]);
      }
      ++node;
    }
  }

  template <typename Values>
  void Pair(const Values& values, const Values& copies) {
    for (std::size_t i = 0; i < values.size(); ++i) originals_[copies[i]] = values[i];
  }

  void Note(Node* seen) {
    // Its own cast needs a symbol that LibTorch does not export.
    const auto* profile = static_cast<const torch::jit::ProfileOp*>(seen);
    if (seen->inputs().empty() || !profile->hasSeenTensor()) return;
    const auto original = originals_.find(seen->input(0));
    if (original == originals_.end()) return;
    if (original->second->type()->kind() != c10::TypeKind::TensorType) return;
    original->second->setType(seen->ty(c10::attr::profiled_type));
  }

  std::unordered_map<const Value*, Value*> originals_;
};

void SetSeen(Value* value, const c10::IValue& seen) {
  if (value->type()->kind() != c10::TypeKind::TensorType) return;
  if (!seen.isTensor() || !seen.toTensor().defined()) return;
  value->setType(c10::TensorType::create(seen.toTensor()));
}

}  // namespace

void ObserveTypes(const std::shared_ptr<Graph>& graph, torch::jit::Stack inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) SetSeen(graph->inputs()[i], inputs[i]);
  // LibTorch's profiling sees what goes into some operators, inside blocks too; more outputs show
  // everything at the top.
  const auto wide = graph->copy();
  std::vector<Value*> shown;
  auto twin = wide->nodes().begin();
  for (Node* node : graph->nodes()) {
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      if (node->outputs()[i]->type()->kind() != c10::TypeKind::TensorType) continue;
      shown.push_back(node->outputs()[i]);
      wide->registerOutput(twin->outputs()[i]);
    }
    ++twin;
  }
  const auto record = torch::jit::ProfilingRecord::instrumentGraph(wide);
  const c10::InferenceMode inference;
  torch::jit::InterpreterState(torch::jit::Code(record->graph(), "observed")).run(inputs);
  const Notes notes(*graph, *record->graph());
  auto value = inputs.end() - static_cast<std::ptrdiff_t>(shown.size());
  for (Value* each : shown) SetSeen(each, *value++);
}

}  // namespace libtorch_node::core

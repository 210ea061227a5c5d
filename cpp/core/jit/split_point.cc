#include "core/jit/split_point.h"

#include <torch/csrc/jit/api/function_impl.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/jit/attribute_path.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::GraphFunction;
using torch::jit::Node;

/// A call of a submodule's method.
struct ChildCall {
  Node* node;
  std::string name;
};

class Finder {
 public:
  explicit Finder(Graph& graph) : graph_(graph) {}

  Node* At(int64_t index) {
    auto calls = Calls();
    // A module that does nothing but call another one is looked through.
    while (calls.size() == 1 && Inline(calls.front())) calls = Calls();
    const auto count = static_cast<int64_t>(calls.size());
    if (count < 2) {
      throw Error("ERR_NOT_SPLITTABLE", "split: forward calls " + std::to_string(count) +
                                            " submodule" + (count == 1 ? "" : "s") +
                                            ": there is nothing to split between");
    }
    if (index < 1 || index >= count) {
      throw Error("ERR_OUT_OF_RANGE",
                  "split: expected an index from 1 to " + std::to_string(count - 1) + " (" +
                      Names(calls) + "), got " + std::to_string(index),
                  ErrorKind::kRange);
    }
    return calls[static_cast<std::size_t>(index)].node;
  }

  Node* Named(const std::string& name) {
    for (;;) {
      const auto calls = Calls();
      const auto found = std::find_if(calls.begin(), calls.end(),
                                      [&](const ChildCall& call) { return call.name == name; });
      if (found != calls.end()) return found->node;
      const auto around = std::find_if(calls.begin(), calls.end(), [&](const ChildCall& call) {
        return name.starts_with(call.name + ".");
      });
      if (around == calls.end() || !Inline(*around)) ThrowNotCalled(name, calls);
    }
  }

 private:
  std::vector<ChildCall> Calls() { return CallsIn(graph_.block(), false); }

  std::vector<ChildCall> CallsIn(Block* block, bool nested) {
    std::vector<ChildCall> calls;
    for (Node* node : block->nodes()) {
      if (node->kind() == c10::prim::CallMethod) {
        const auto path = AttributePath(node->input(0), graph_.inputs()[0]);
        if (path && !path->empty()) calls.push_back({node, QualifiedName(*path)});
      }
      if (!nested) continue;
      for (Block* inner : node->blocks()) {
        for (ChildCall& call : CallsIn(inner, true)) calls.push_back(std::move(call));
      }
    }
    return calls;
  }

  /// False for what has no graph to put in the call's place.
  static bool Inline(const ChildCall& call) {
    const auto type = call.node->input(0)->type()->cast<c10::ClassType>();
    if (type == nullptr) return false;
    auto* method = type->findMethod(call.node->s(c10::attr::name));
    auto* function = method == nullptr ? nullptr : torch::jit::tryToGraphFunction(*method);
    if (function == nullptr) return false;
    torch::jit::inlineCallTo(call.node, function, false);
    return true;
  }

  static std::string Names(const std::vector<ChildCall>& calls) {
    constexpr std::size_t kMost = 20;
    std::string names;
    for (std::size_t i = 0; i < std::min(calls.size(), kMost); ++i) {
      names += (i == 0 ? "" : ", ") + calls[i].name;
    }
    return names.empty() ? "none" : names + (calls.size() > kMost ? ", ..." : "");
  }

  [[noreturn]] void ThrowNotCalled(const std::string& name, const std::vector<ChildCall>& calls) {
    for (const ChildCall& call : CallsIn(graph_.block(), true)) {
      if (call.name != name && !name.starts_with(call.name + ".")) continue;
      throw Error("ERR_NOT_SPLITTABLE", "split: '" + call.name +
                                            "' is called inside an if or a loop, which cannot be "
                                            "divided; called outside of them: " +
                                            Names(calls));
    }
    throw Error("ERR_NOT_SPLITTABLE",
                "split: forward calls no submodule '" + name + "'; it calls: " + Names(calls));
  }

  Graph& graph_;
};

}  // namespace

Node* FindSplitPoint(Graph& graph, const SplitPoint& point) {
  Finder finder(graph);
  if (const auto* index = std::get_if<int64_t>(&point)) return finder.At(*index);
  return finder.Named(std::get<std::string>(point));
}

}  // namespace libtorch_node::core

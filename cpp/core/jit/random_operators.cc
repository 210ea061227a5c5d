#include "core/jit/random_operators.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <set>

namespace libtorch_node::core {

namespace {

/// Those that LibTorch's own list leaves out.
const std::set<std::string>& Others() {
  static const std::set<std::string> names{"aten::bernoulli_",
                                           "aten::cauchy_",
                                           "aten::dropout_",
                                           "aten::exponential_",
                                           "aten::alpha_dropout",
                                           "aten::alpha_dropout_",
                                           "aten::geometric_",
                                           "aten::feature_dropout",
                                           "aten::feature_dropout_",
                                           "aten::log_normal_",
                                           "aten::feature_alpha_dropout",
                                           "aten::feature_alpha_dropout_",
                                           "aten::normal_",
                                           "aten::random_",
                                           "aten::rrelu_with_noise",
                                           "aten::uniform_",
                                           "aten::randint_like",
                                           "aten::randn_like",
                                           "aten::binomial"};
  return names;
}

bool IsRandom(torch::jit::Node& node) {
  if (node.isNondeterministic()) return true;
  const std::string name = node.kind().toQualString();
  if (Others().count(name) == 0) return false;
  // Dropout that is switched off.
  if (name.find("dropout") == std::string::npos || node.inputs().size() < 3) return true;
  const auto training = torch::jit::toIValue(node.input(2));
  return !training || !training->isBool() || training->toBool();
}

void Collect(torch::jit::Block* block, std::vector<std::string>& names) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) Collect(inner, names);
    if (!IsRandom(*node)) continue;
    const std::string name = node->kind().toQualString();
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

}  // namespace

std::vector<std::string> RandomOperators(const std::shared_ptr<torch::jit::Graph>& graph) {
  const auto copy = graph->copy();
  torch::jit::Inline(*copy);
  std::vector<std::string> names;
  Collect(copy->block(), names);
  return names;
}

}  // namespace libtorch_node::core

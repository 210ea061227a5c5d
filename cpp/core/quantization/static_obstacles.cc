#include "core/quantization/static_obstacles.h"

#include <ATen/core/Tensor.h>

namespace libtorch_node::core {
namespace {

using torch::jit::Node;

bool IsConvolution(const std::string& kind) {
  return kind == "conv1d" || kind == "conv2d" || kind == "conv3d";
}

std::string OfKind(const std::string& kind) {
  if (kind == "linear" || IsConvolution(kind)) return {};
  if (kind == "lstm" || kind == "gru") {
    return "recurrent layers are quantized dynamically: quantizeDynamic()";
  }
  if (kind == "embedding" || kind == "embeddingBag") {
    return "embeddings take no activations to calibrate: quantizeWeights()";
  }
  return "LibTorch has no statically quantized operator for it";
}

/// convNd(input, weight, bias, stride, padding, ...)
bool NamesItsPadding(const Node* node) {
  return node->inputs().size() > 4 && node->input(4)->type()->kind() == c10::TypeKind::StringType;
}

}  // namespace

std::string StaticObstacle(const torch::jit::Module& prepared, const LayerUse& use) {
  const std::string& kind = use.layer.kind;
  const std::string of_kind = OfKind(kind);
  if (!of_kind.empty()) return of_kind;
  for (const Node* node : use.nodes) {
    if (IsConvolution(kind) && NamesItsPadding(node)) {
      return "LibTorch's quantized convolutions take no padding by name ('same', 'valid')";
    }
  }
  const at::Tensor weight = WeightOf(prepared, use.nodes.front()->input(1));
  if (!weight.defined()) return {};
  if (weight.scalar_type() != at::kFloat) return "its weight is not float32";
  if (weight.numel() == 0) return "its weight is empty";
  return {};
}

}  // namespace libtorch_node::core

#include "core/quantization/weights.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/quantization/weight_code.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

bool IsLinear(const LayerUse& use) { return use.layer.kind == "linear"; }

bool IsEmbedding(const LayerUse& use) {
  return use.layer.kind == "embedding" || use.layer.kind == "embeddingBag";
}

const Value* WeightValue(const LayerUse& use, const Node* node) {
  return node->input(IsLinear(use) ? 1 : 0);
}

/// One tensor, and the layers that use it.
struct Shared {
  at::Tensor weight;
  std::vector<LayerUse*> layers;
  std::string refusal;
};

/// What a tensor says, whatever names and objects it has.
using View = std::tuple<const void*, std::int64_t, std::vector<std::int64_t>>;

View ViewOf(const at::Tensor& tensor) {
  std::vector<std::int64_t> shape = tensor.sizes().vec();
  const auto strides = tensor.strides();
  shape.insert(shape.end(), strides.begin(), strides.end());
  return {tensor.storage().unsafeGetStorageImpl(), tensor.storage_offset(), std::move(shape)};
}

/// Which operators use a tensor.
using Users = std::map<View, std::set<const Node*>>;

void CollectUsers(const Module& module, const Block* block, Users& users) {
  for (const Node* node : block->nodes()) {
    const bool holds = node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::Constant;
    if (holds && node->output()->type()->isSubtypeOf(*c10::TensorType::get())) {
      const at::Tensor tensor = WeightOf(module, node->output());
      for (const auto& use : node->output()->uses()) {
        if (tensor.defined() && tensor.layout() == at::kStrided) {
          users[ViewOf(tensor)].insert(use.user);
        }
      }
    }
    for (const Block* inner : node->blocks()) CollectUsers(module, inner, users);
  }
}

class Rewriter {
 public:
  Rewriter(Module module, const std::vector<std::string>& names, const WeightOptions& options)
      : module_(std::move(module)),
        graph_(module_.get_method("forward").graph()),
        options_(options),
        chosen_(names.begin(), names.end()),
        uses_(FindLayers(module_)) {
    CollectUsers(module_, graph_->block(), users_);
  }

  QuantizationResult Run() {
    for (LayerUse& use : uses_) {
      if (chosen_.count(use.layer.name) > 0) Consider(use);
    }
    for (const View& key : order_) {
      Shared& shared = weights_[key];
      RequireNoOtherUse(shared, users_[key]);
      if (shared.refusal.empty()) Rewrite(shared);
    }
    for (const LayerUse& use : uses_) {
      if (chosen_.count(use.layer.name) > 0) Tell(use.layer);
    }
    if (!buffers_.empty()) {
      torch::jit::EliminateDeadCode(graph_);
      // Lets go of the float weights.
      torch::jit::freeze_module_inplace(&module_, buffers_, true, /*preserveParameters=*/true);
    }
    return {std::move(module_), std::move(quantized_), std::move(skipped_)};
  }

 private:
  void Consider(LayerUse& use) {
    std::string& refusal = refusals_[use.layer.name];
    if (!IsLinear(use) && !IsEmbedding(use)) {
      refusal = "only weights of linear layers and embeddings are stored in fewer bits";
    } else if (IsLinear(use) && !options_.linear) {
      refusal = "linear is false";
    } else if (IsEmbedding(use) && !options_.embedding) {
      refusal = "embedding is false";
    }
    for (const Node* node : use.nodes) {
      if (refusal.empty()) refusal = WeightCode::Refusal(node);
    }
    if (!refusal.empty()) return;
    const at::Tensor weight = WeightOf(module_, WeightValue(use, use.nodes[0]));
    if (!weight.defined()) {
      refusal = "its weight is computed when it runs";
    } else if (weight.dim() != 2 || weight.numel() == 0 || !weight.is_floating_point() ||
               weight.layout() != at::kStrided) {
      refusal = "its weight is no matrix of floats";
    }
    if (!refusal.empty()) return;
    const View key = ViewOf(weight);
    Shared& shared = weights_[key];
    if (shared.layers.empty()) order_.push_back(key);
    shared.weight = weight;
    shared.layers.push_back(&use);
  }

  /// The float weight would stay in the file beside the other.
  void RequireNoOtherUse(Shared& shared, const std::set<const Node*>& users) {
    std::set<const Node*> known;
    for (const LayerUse* use : shared.layers) known.insert(use->nodes.begin(), use->nodes.end());
    for (const Node* user : users) {
      if (known.count(user) > 0) continue;
      Refuse(shared, "its weight is shared with " + NameOf(user) + ", which stays as it is");
      return;
    }
  }

  std::string NameOf(const Node* user) const {
    for (const LayerUse& use : uses_) {
      const auto& nodes = use.nodes;
      if (std::find(nodes.begin(), nodes.end(), user) != nodes.end()) {
        return "the " + use.layer.kind + " layer " + use.layer.name;
      }
    }
    return user->kind().toQualString();
  }

  void Refuse(Shared& shared, const std::string& reason) {
    shared.refusal = reason;
    for (const LayerUse* use : shared.layers) refusals_[use->layer.name] = reason;
  }

  /// Of what linear layers and embeddings share, both can use rows of int8.
  WeightFormat FormatOf(const Shared& shared) const {
    const auto linear = [](const LayerUse* use) { return IsLinear(*use); };
    const auto& layers = shared.layers;
    if (std::all_of(layers.begin(), layers.end(), linear)) return *options_.linear;
    return std::none_of(layers.begin(), layers.end(), linear) ? WeightFormat::kUint8
                                                              : WeightFormat::kInt8;
  }

  void Rewrite(Shared& shared) {
    const WeightFormat format = FormatOf(shared);
    const auto stored = StoreWeight(shared.weight, format, options_.group_size);
    if (!stored) return Refuse(shared, "its weight has values that are not finite, or too large");
    const std::string stem = StemOf(shared.layers[0]->layer.name);
    std::vector<Value*> values;
    {
      const torch::jit::WithInsertPoint at_start(*graph_->nodes().begin());
      for (const auto& [suffix, tensor] : *stored) {
        buffers_.push_back(stem + suffix);
        module_.register_buffer(buffers_.back(), tensor);
        values.push_back(graph_->insertGetAttr(graph_->inputs()[0], buffers_.back()));
      }
    }
    for (LayerUse* use : shared.layers) {
      for (Node* node : use->nodes) code_.Replace(node, format, shared.weight, values);
      dtypes_[use->layer.name] = core::NameOf(format);
    }
  }

  /// 'encoder_layers_0_linear1_weight'.
  std::string StemOf(const std::string& name) const {
    std::string stem = std::isdigit(static_cast<unsigned char>(name[0])) ? "layer_" + name : name;
    std::replace(stem.begin(), stem.end(), '.', '_');
    stem += "_weight";
    while (module_.hasattr(stem) || module_.hasattr(stem + "_scale")) stem += "_";
    return stem;
  }

  void Tell(const QuantizableLayer& layer) {
    const auto dtype = dtypes_.find(layer.name);
    if (dtype != dtypes_.end()) {
      quantized_.push_back({layer.name, layer.kind, dtype->second});
    } else {
      skipped_.push_back({layer.name, layer.kind, refusals_[layer.name]});
    }
  }

  Module module_;
  const std::shared_ptr<torch::jit::Graph> graph_;
  const WeightOptions options_;
  const std::set<std::string> chosen_;
  std::vector<LayerUse> uses_;
  Users users_;
  std::map<View, Shared> weights_;
  std::vector<View> order_;
  std::map<std::string, std::string> refusals_;
  std::map<std::string, std::string> dtypes_;
  std::vector<std::string> buffers_;
  std::vector<QuantizedLayer> quantized_;
  std::vector<SkippedLayer> skipped_;
  WeightCode code_;
};

}  // namespace

QuantizationResult QuantizeWeights(Module prepared, const std::vector<std::string>& layers,
                                   const WeightOptions& options) {
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  return Rewriter(std::move(prepared), layers, options).Run();
}

}  // namespace libtorch_node::core

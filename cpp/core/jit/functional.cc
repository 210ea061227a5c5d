#include "core/jit/functional.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace libtorch_node::core {

namespace {

/// An activation with `inplace` as its last argument: name, arguments between, and their values.
std::string Activation(const std::string& name, const std::string& parameters,
                       const std::string& arguments, const std::string& in_place) {
  const std::string head =
      "def " + name + "(input: Tensor" + parameters + ", inplace: bool=False) -> Tensor:\n";
  if (in_place.empty()) return head + "    return torch." + name + "(input" + arguments + ")\n";
  return head + "    if inplace:\n        return torch." + in_place + "(input" + arguments +
         ")\n    return torch." + name + "(input" + arguments + ")\n";
}

constexpr std::string_view kReduction = R"(
def _reduction(reduction: str) -> int:
    if reduction == 'none':
        return 0
    if reduction == 'mean':
        return 1
    if reduction == 'sum':
        return 2
    raise ValueError("reduction is '" + reduction + "', expected 'none', 'mean' or 'sum'")
)";

using Table = std::map<std::string, std::string, std::less<>>;

Table MakeTable() {
  Table table;
  table["_reduction"] = kReduction;
  const auto activation = [&](const std::string& name, const std::string& parameters = "",
                              const std::string& arguments = "", bool in_place = true) {
    table[name] = Activation(name, parameters, arguments, in_place ? name + "_" : "");
  };
  activation("relu");
  activation("relu6");
  activation("selu");
  activation("silu");
  activation("mish");
  activation("hardswish");
  activation("hardsigmoid");
  activation("elu", ", alpha: float=1.0", ", alpha");
  activation("celu", ", alpha: float=1.0", ", alpha");
  activation("leaky_relu", ", negative_slope: float=0.01", ", negative_slope");
  activation("hardtanh", ", min_val: float=-1.0, max_val: float=1.0", ", min_val, max_val");
  activation("threshold", ", threshold: float, value: float", ", threshold, value");
  for (const char* name : {"dropout", "alpha_dropout", "feature_alpha_dropout"}) {
    table[name] = "def " + std::string(name) +
                  "(input: Tensor, p: float=0.5, training: bool=True, inplace: bool=False) -> "
                  "Tensor:\n    if inplace:\n        return torch." +
                  name + "_(input, p, training)\n    return torch." + name +
                  "(input, p, training)\n";
  }
  for (const char* name : {"dropout1d", "dropout2d", "dropout3d"}) {
    table[name] = "def " + std::string(name) +
                  "(input: Tensor, p: float=0.5, training: bool=True, inplace: bool=False) -> "
                  "Tensor:\n    if inplace:\n        return torch.feature_dropout_(input, p, "
                  "training)\n    return torch.feature_dropout(input, p, training)\n";
  }
  for (const char* name : {"softmax", "log_softmax"}) {
    table[name] = "def " + std::string(name) +
                  "(input: Tensor, dim: int, dtype: Optional[int]=None) -> Tensor:\n    return "
                  "torch." +
                  name + "(input, dim, dtype)\n";
  }
  table["softmin"] = R"(
def softmin(input: Tensor, dim: int, dtype: Optional[int]=None) -> Tensor:
    return torch.softmax(-input, dim, dtype)
)";
  table["softsign"] = R"(
def softsign(input: Tensor) -> Tensor:
    return input / (input.abs() + 1)
)";
  table["tanhshrink"] = R"(
def tanhshrink(input: Tensor) -> Tensor:
    return input - input.tanh()
)";
  table["logsigmoid"] = R"(
def logsigmoid(input: Tensor) -> Tensor:
    return torch.log_sigmoid(input)
)";
  table["batch_norm"] = R"(
def batch_norm(input: Tensor, running_mean: Optional[Tensor], running_var: Optional[Tensor],
               weight: Optional[Tensor]=None, bias: Optional[Tensor]=None, training: bool=False,
               momentum: float=0.1, eps: float=1e-05) -> Tensor:
    return torch.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps,
                            True)
)";
  table["instance_norm"] = R"(
def instance_norm(input: Tensor, running_mean: Optional[Tensor]=None,
                  running_var: Optional[Tensor]=None, weight: Optional[Tensor]=None,
                  bias: Optional[Tensor]=None, use_input_stats: bool=True, momentum: float=0.1,
                  eps: float=1e-05) -> Tensor:
    return torch.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats,
                               momentum, eps, True)
)";
  table["embedding"] = R"(
def embedding(input: Tensor, weight: Tensor, padding_idx: Optional[int]=None,
              max_norm: Optional[float]=None, norm_type: float=2.0,
              scale_grad_by_freq: bool=False, sparse: bool=False) -> Tensor:
    padding = -1
    if padding_idx is not None:
        padding = padding_idx
        if padding < 0:
            padding = weight.size(0) + padding
    if max_norm is not None:
        with torch.no_grad():
            torch.embedding_renorm_(weight, input.contiguous(), max_norm, norm_type)
    return torch.embedding(weight, input, padding, scale_grad_by_freq, sparse)
)";
  table["normalize"] = R"(
def normalize(input: Tensor, p: float=2.0, dim: int=1, eps: float=1e-12) -> Tensor:
    norm = torch.linalg_vector_norm(input, p, [dim], True)
    return input / norm.clamp_min(eps).expand_as(input)
)";
  table["unfold"] = R"(
def unfold(input: Tensor, kernel_size: List[int], dilation: List[int]=[1, 1],
           padding: List[int]=[0, 0], stride: List[int]=[1, 1]) -> Tensor:
    return torch.im2col(input, kernel_size, dilation, padding, stride)
)";
  table["interpolate"] = R"(
def interpolate(input: Tensor, size: Optional[List[int]]=None,
                scale_factor: Optional[List[float]]=None, mode: str='nearest',
                align_corners: bool=False) -> Tensor:
    if mode == 'nearest':
        if input.dim() == 3:
            return torch.upsample_nearest1d(input, size, scale_factor)
        if input.dim() == 5:
            return torch.upsample_nearest3d(input, size, scale_factor)
        return torch.upsample_nearest2d(input, size, scale_factor)
    if mode == 'linear':
        return torch.upsample_linear1d(input, size, align_corners, scale_factor)
    if mode == 'bilinear':
        return torch.upsample_bilinear2d(input, size, align_corners, scale_factor)
    if mode == 'bicubic':
        return torch.upsample_bicubic2d(input, size, align_corners, scale_factor)
    if mode == 'trilinear':
        return torch.upsample_trilinear3d(input, size, align_corners, scale_factor)
    raise ValueError("interpolate: unknown mode '" + mode + "'")
)";
  table["cross_entropy"] = R"(
def cross_entropy(input: Tensor, target: Tensor, weight: Optional[Tensor]=None,
                  ignore_index: int=-100, reduction: str='mean',
                  label_smoothing: float=0.0) -> Tensor:
    return torch.cross_entropy_loss(input, target, weight, _reduction(reduction), ignore_index,
                                    label_smoothing)
)";
  table["nll_loss"] = R"(
def nll_loss(input: Tensor, target: Tensor, weight: Optional[Tensor]=None,
             ignore_index: int=-100, reduction: str='mean') -> Tensor:
    return torch.nll_loss_nd(input, target, weight, _reduction(reduction), ignore_index)
)";
  table["binary_cross_entropy"] = R"(
def binary_cross_entropy(input: Tensor, target: Tensor, weight: Optional[Tensor]=None,
                         reduction: str='mean') -> Tensor:
    return torch.binary_cross_entropy(input, target, weight, _reduction(reduction))
)";
  table["binary_cross_entropy_with_logits"] = R"(
def binary_cross_entropy_with_logits(input: Tensor, target: Tensor,
                                     weight: Optional[Tensor]=None, reduction: str='mean',
                                     pos_weight: Optional[Tensor]=None) -> Tensor:
    return torch.binary_cross_entropy_with_logits(input, target, weight, pos_weight,
                                                  _reduction(reduction))
)";
  table["kl_div"] = R"(
def kl_div(input: Tensor, target: Tensor, reduction: str='mean',
           log_target: bool=False) -> Tensor:
    if reduction == 'batchmean':
        return torch.kl_div(input, target, 2, log_target=log_target) / input.size(0)
    return torch.kl_div(input, target, _reduction(reduction), log_target=log_target)
)";
  for (const char* name : {"mse_loss", "l1_loss", "soft_margin_loss"}) {
    table[name] = "def " + std::string(name) +
                  "(input: Tensor, target: Tensor, reduction: str='mean') -> Tensor:\n    return "
                  "torch." +
                  name + "(input, target, _reduction(reduction))\n";
  }
  table["smooth_l1_loss"] = R"(
def smooth_l1_loss(input: Tensor, target: Tensor, reduction: str='mean',
                   beta: float=1.0) -> Tensor:
    return torch.smooth_l1_loss(input, target, _reduction(reduction), beta)
)";
  table["huber_loss"] = R"(
def huber_loss(input: Tensor, target: Tensor, reduction: str='mean', delta: float=1.0) -> Tensor:
    return torch.huber_loss(input, target, _reduction(reduction), delta)
)";
  return table;
}

const Table& Sources() {
  static const Table table = MakeTable();
  return table;
}

const std::set<std::string>& Operators() {
  static const std::set<std::string> names{
      "conv1d",
      "conv2d",
      "conv3d",
      "conv_transpose1d",
      "conv_transpose2d",
      "conv_transpose3d",
      "linear",
      "bilinear",
      "layer_norm",
      "group_norm",
      "rms_norm",
      "gelu",
      "glu",
      "prelu",
      "sigmoid",
      "tanh",
      "softplus",
      "softshrink",
      "hardshrink",
      "pad",
      "one_hot",
      "pixel_shuffle",
      "pixel_unshuffle",
      "channel_shuffle",
      "cosine_similarity",
      "pairwise_distance",
      "scaled_dot_product_attention",
      "avg_pool1d",
      "avg_pool2d",
      "avg_pool3d",
      "max_pool1d",
      "max_pool2d",
      "max_pool3d",
      "adaptive_avg_pool1d",
      "adaptive_avg_pool2d",
      "adaptive_avg_pool3d",
      "relu_",
      "threshold_",
      "elu_",
      "celu_",
      "selu_",
      "leaky_relu_",
      "hardtanh_",
  };
  return names;
}

std::size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view FunctionalSource(const std::string& name) {
  const auto found = Sources().find(name);
  return found == Sources().end() ? std::string_view() : std::string_view(found->second);
}

bool IsFunctionalOperator(const std::string& name) { return Operators().count(name) > 0; }

std::vector<std::string> NearestFunctional(const std::string& name) {
  std::vector<std::pair<std::size_t, std::string>> near;
  if (name.size() > 64) return {};
  const auto consider = [&](const std::string& known) {
    const std::size_t distance = Distance(name, known);
    if (distance <= std::max<std::size_t>(2, name.size() / 3)) near.emplace_back(distance, known);
  };
  for (const auto& [known, source] : Sources()) {
    if (known[0] != '_') consider(known);
  }
  for (const std::string& known : Operators()) consider(known);
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < near.size() && i < 3; ++i) names.push_back(near[i].second);
  return names;
}

}  // namespace libtorch_node::core

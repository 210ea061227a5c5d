#include "core/pruning/masks.h"

#include <ATen/TensorIndexing.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/kthvalue.h>
#include <ATen/ops/linalg_matrix_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/rand_like.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

using Kind = PruningMethod::Kind;

std::string ShapeText(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return std::move(text).str();
}

/// Python rounds halves to even, as nearbyint does unless told otherwise.
int64_t CountOf(const PruningAmount& amount, int64_t size) {
  const auto* count = std::get_if<int64_t>(&amount);
  const int64_t pruned =
      count != nullptr ? *count
                       : static_cast<int64_t>(
                             std::nearbyint(std::get<double>(amount) * static_cast<double>(size)));
  if (pruned > size) {
    throw Error("ERR_OUT_OF_RANGE",
                "amount: " + std::to_string(pruned) +
                    " should be smaller than the number of parameters to prune, " +
                    std::to_string(size),
                ErrorKind::kRange);
  }
  return pruned;
}

bool IsStructured(Kind kind) {
  return kind == Kind::kLnStructured || kind == Kind::kRandomStructured;
}

int64_t RequireDim(const at::Tensor& tensor, int64_t dim) {
  if (tensor.dim() <= 1) {
    throw Error("ERR_VALUE",
                "structured pruning can only be applied to multidimensional tensors, got one of "
                "shape " +
                    ShapeText(tensor),
                ErrorKind::kRange);
  }
  if (dim >= tensor.dim() || dim < -tensor.dim()) {
    throw Error("ERR_INDEX",
                "dim: " + std::to_string(dim) + " is no dimension of a tensor of shape " +
                    ShapeText(tensor),
                ErrorKind::kRange);
  }
  return dim < 0 ? dim + tensor.dim() : dim;
}

std::vector<int64_t> OtherDims(const at::Tensor& tensor, int64_t dim) {
  std::vector<int64_t> dims;
  for (int64_t i = 0; i < tensor.dim(); ++i) {
    if (i != dim) dims.push_back(i);
  }
  return dims;
}

at::Tensor UnstructuredMask(const PruningMethod& method, const at::Tensor& scores,
                            const at::Tensor& before) {
  const int64_t count = CountOf(method.amount, scores.numel());
  at::Tensor mask = before.clone(at::MemoryFormat::Contiguous);
  if (count == 0) return mask;
  const bool random = method.kind == Kind::kRandomUnstructured;
  const at::Tensor values = random ? at::rand_like(scores) : at::abs(scores);
  const at::Tensor indices = std::get<1>(at::topk(values.reshape(-1), count, -1, random));
  mask.view(-1).index_fill_(0, indices, 0);
  return mask;
}

at::Tensor NormOf(const PruningMethod& method, const at::Tensor& scores, int64_t dim) {
  const std::vector<int64_t> dims = OtherDims(scores, dim);
  if (const auto* name = std::get_if<std::string>(&method.norm)) {
    if (*name == "fro") return at::linalg_vector_norm(scores, 2, dims);
    return at::linalg_matrix_norm(scores, *name, dims);
  }
  return at::linalg_vector_norm(scores, std::get<double>(method.norm), dims);
}

at::Tensor StructuredMask(const PruningMethod& method, const at::Tensor& scores,
                          const at::Tensor& before) {
  const int64_t dim = RequireDim(scores, method.dim);
  const int64_t channels = scores.size(dim);
  const int64_t count = CountOf(method.amount, channels);
  if (count == 0) return before;
  at::Tensor kept;
  if (method.kind == Kind::kRandomStructured) {
    const at::Tensor prob = at::rand({channels});
    kept = prob.gt(std::get<0>(at::kthvalue(prob, count))).nonzero().view(-1);
  } else {
    kept = std::get<1>(at::topk(NormOf(method, scores, dim), channels - count));
  }
  at::Tensor mask = at::zeros_like(scores);
  mask.index_fill_(dim, kept.to(mask.device()), 1);
  return mask.mul_(before.to(mask.scalar_type()));
}

at::Tensor GivenMask(const PruningMethod& method, const at::Tensor& before) {
  if (method.mask.sizes() != before.sizes()) {
    throw Error("ERR_SHAPE_MISMATCH",
                "mask: expected shape " + ShapeText(before) + ", got " + ShapeText(method.mask),
                ErrorKind::kRange);
  }
  return before.mul(method.mask.to(before.options()));
}

at::Tensor MaskOf(const PruningMethod& method, const at::Tensor& scores, const at::Tensor& before) {
  if (method.kind == Kind::kMask) return GivenMask(method, before);
  return IsStructured(method.kind) ? StructuredMask(method, scores, before)
                                   : UnstructuredMask(method, scores, before);
}

}  // namespace

void CheckAmount(const PruningAmount& amount) {
  const auto* count = std::get_if<int64_t>(&amount);
  const bool fits = count != nullptr
                        ? *count >= 0
                        : std::get<double>(amount) >= 0.0 && std::get<double>(amount) <= 1.0;
  if (fits) return;
  const double given = count != nullptr ? static_cast<double>(*count) : std::get<double>(amount);
  std::ostringstream text;
  text << "amount: " << given
       << " should either be a float in the range [0, 1] or a non-negative integer";
  throw Error("ERR_OUT_OF_RANGE", std::move(text).str(), ErrorKind::kRange);
}

at::Tensor FirstMask(const PruningMethod& method, const at::Tensor& scores,
                     const at::Tensor& weight) {
  return MaskOf(method, scores, at::ones_like(weight));
}

at::Tensor NextMask(const PruningMethod& method, const at::Tensor& scores, const at::Tensor& mask) {
  if (method.kind == Kind::kMask) return GivenMask(method, mask);
  at::Tensor next = mask.to(scores.scalar_type()).clone(at::MemoryFormat::Contiguous);
  if (IsStructured(method.kind)) {
    const int64_t dim = RequireDim(scores, method.dim);
    const at::Tensor kept = mask.sum(OtherDims(mask, dim)).ne(0).nonzero().view(-1);
    const at::Tensor part =
        MaskOf(method, scores.index_select(dim, kept), mask.index_select(dim, kept));
    return next.index_copy_(dim, kept, part.to(next.scalar_type()));
  }
  const at::Tensor left = mask.eq(1);
  const at::Tensor part = MaskOf(method, scores.index({left}), mask.index({left}));
  return next.index_put_({left}, part.to(next.scalar_type()));
}

}  // namespace libtorch_node::core

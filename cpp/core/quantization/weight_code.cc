#include "core/quantization/weight_code.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <string_view>

namespace libtorch_node::core {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// Where the products are scaled instead of the weights, the weights are walked over once less. In
// float16 those sums could overflow.
constexpr const char* kSource = R"(
def linear_int8(x: Tensor, weight: Tensor, scale: Tensor) -> Tensor:
    return torch.linear(x, weight.type_as(x)).mul_(scale)

def linear_int8_bias(x: Tensor, weight: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return torch.addcmul(bias, torch.linear(x, weight.type_as(x)), scale)

def linear_int8_narrow(
    x: Tensor, weight: Tensor, scale: Tensor, bias: Optional[Tensor]
) -> Tensor:
    return torch.linear(x, weight.type_as(x).mul_(scale.unsqueeze(1)), bias)

def linear_int4(
    x: Tensor, weight: Tensor, scale: Tensor, zero_point: Tensor, bias: Optional[Tensor]
) -> Tensor:
    mask = torch.new_full(x, [], 15, dtype=0)
    shift = torch.new_full(x, [], 4, dtype=0)
    both = torch.cat([weight & mask, weight >> shift], 1)
    groups = both.view(scale.size(0), scale.size(1), -1).type_as(x)
    floats = groups.sub_(zero_point).mul_(scale).flatten(1)
    return torch.linear(x, torch.narrow(floats, 1, 0, x.size(-1)), bias)

def rows_uint8(indices: Tensor, weight: Tensor, scale: Tensor, minimum: Tensor) -> Tensor:
    rows = torch.embedding(weight, indices).type_as(scale)
    return rows.mul_(torch.embedding(scale, indices)).add_(torch.embedding(minimum, indices))

def rows_int8(indices: Tensor, weight: Tensor, scale: Tensor) -> Tensor:
    rows = torch.embedding(weight, indices).type_as(scale)
    return rows.mul_(torch.embedding(scale.unsqueeze(1), indices))

def bag(
    rows: Tensor,
    offsets: Tensor,
    mode: int,
    per_sample_weights: Optional[Tensor],
    include_last_offset: bool,
) -> Tensor:
    places = torch.arange(rows.size(0), dtype=offsets.dtype, device=offsets.device)
    return torch.embedding_bag(
        rows, places, offsets, False, mode, False, per_sample_weights, include_last_offset
    )[0]

def padded_bag(
    rows: Tensor,
    indices: Tensor,
    offsets: Tensor,
    mode: int,
    per_sample_weights: Optional[Tensor],
    include_last_offset: bool,
    padding: int,
) -> Tensor:
    places = torch.arange(1, rows.size(0) + 1, dtype=offsets.dtype, device=offsets.device)
    places = places.masked_fill(indices == padding, 0)
    rows = torch.cat([torch.new_zeros(rows, [1, rows.size(1)]), rows])
    return torch.embedding_bag(
        rows, places, offsets, False, mode, False, per_sample_weights, include_last_offset, 0
    )[0]
)";

bool Is(const Node* node, const char* name) {
  return std::string_view(node->kind().toQualString()) == name;
}

bool IsNone(const Value* value) { return value->type()->kind() == c10::TypeKind::NoneType; }

constexpr std::size_t kPadding = 8;

bool HasPadding(const Node* bag) {
  return bag->inputs().size() > kPadding && !IsNone(bag->input(kPadding));
}

}  // namespace

WeightCode::WeightCode() {
  unit_.define(std::nullopt, kSource, torch::jit::nativeResolver(), nullptr);
}

std::string WeightCode::Refusal(const Node* node) {
  if (!Is(node, "aten::embedding_bag")) return {};
  for (std::size_t i = 1; i < node->outputs().size(); ++i) {
    if (node->output(i)->hasUses()) return "more than its first result is used";
  }
  if (!HasPadding(node)) return {};
  const auto padding = torch::jit::toIValue(node->input(kPadding));
  const bool known = padding && padding->isInt() && padding->toInt() >= 0;
  return known ? "" : "its padding index is not known";
}

Value* WeightCode::Insert(Graph& graph, const std::string& function, std::vector<Value*> inputs) {
  auto* found = unit_.find_function(c10::QualifiedName(function));
  auto callee = torch::jit::toGraphFunction(*found).graph();
  return torch::jit::insertGraph(graph, *callee, inputs)[0];
}

Value* WeightCode::Linear(Node* node, WeightFormat format, const at::Tensor& weight,
                          std::vector<Value*> inputs) {
  Graph& graph = *node->owningGraph();
  Value* bias = node->input(2);
  inputs.insert(inputs.begin(), node->input(0));
  if (format == WeightFormat::kInt8 && weight.scalar_type() != at::kHalf && IsNone(bias)) {
    return Insert(graph, "linear_int8", std::move(inputs));
  }
  const bool has_bias = bias->type()->isSubtypeOf(*c10::TensorType::get());
  inputs.push_back(bias);
  if (format == WeightFormat::kInt4) return Insert(graph, "linear_int4", std::move(inputs));
  const bool scale_last = weight.scalar_type() != at::kHalf && has_bias;
  return Insert(graph, scale_last ? "linear_int8_bias" : "linear_int8_narrow", std::move(inputs));
}

Value* WeightCode::Rows(Graph& graph, Value* indices, WeightFormat format,
                        std::vector<Value*> inputs) {
  inputs.insert(inputs.begin(), indices);
  const bool is_uint8 = format == WeightFormat::kUint8;
  return Insert(graph, is_uint8 ? "rows_uint8" : "rows_int8", std::move(inputs));
}

Value* WeightCode::Bag(Node* node, Value* rows) {
  Graph& graph = *node->owningGraph();
  Value* offsets = node->input(2);
  Value* mode = node->input(4);
  Value* weights = node->input(6);
  Value* include_last = node->input(7);
  if (!HasPadding(node)) {
    return Insert(graph, "bag", {rows, offsets, mode, weights, include_last});
  }
  Value* padding = node->input(kPadding);
  return Insert(graph, "padded_bag",
                {rows, node->input(1), offsets, mode, weights, include_last, padding});
}

void WeightCode::Replace(Node* node, WeightFormat format, const at::Tensor& weight,
                         const std::vector<Value*>& stored) {
  Graph& graph = *node->owningGraph();
  const torch::jit::WithInsertPoint before(node);
  Value* result = nullptr;
  if (Is(node, "aten::linear")) {
    result = Linear(node, format, weight, stored);
  } else {
    result = Rows(graph, node->input(1), format, stored);
    if (Is(node, "aten::embedding_bag")) result = Bag(node, result);
  }
  node->output(0)->replaceAllUsesWith(result);
  node->destroy();
}

}  // namespace libtorch_node::core

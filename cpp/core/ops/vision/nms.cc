#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <vector>

#include "core/ops/vision/kernels.h"
#include "core/ops/vision/rois.h"

namespace libtorch_node::core::vision {
namespace {

/// Boxes by falling score, a coordinate at a time: the inner loop runs over each from its start.
template <typename T>
struct Ranked {
  std::vector<T> left;
  std::vector<T> top;
  std::vector<T> right;
  std::vector<T> bottom;
  std::vector<T> area;

  Ranked(const at::Tensor& boxes, const at::Tensor& order) {
    const auto box = boxes.accessor<T, 2>();
    const auto by_score = order.accessor<int64_t, 1>();
    const auto count = static_cast<std::size_t>(boxes.size(0));
    for (std::vector<T>* column : {&left, &top, &right, &bottom, &area}) column->resize(count);
    for (std::size_t rank = 0; rank < count; ++rank) {
      const auto row = box[by_score[static_cast<int64_t>(rank)]];
      left[rank] = row[0];
      top[rank] = row[1];
      right[rank] = row[2];
      bottom[rank] = row[3];
      area[rank] = (row[2] - row[0]) * (row[3] - row[1]);
    }
  }

  T Shared(std::size_t a, std::size_t b) const {
    const T width = std::min(right[a], right[b]) - std::max(left[a], left[b]);
    const T height = std::min(bottom[a], bottom[b]) - std::max(top[a], top[b]);
    return std::max(T{0}, width) * std::max(T{0}, height);
  }
};

template <typename T>
std::vector<int64_t> Keep(const at::Tensor& boxes, const at::Tensor& scores, double threshold) {
  const at::Tensor order =
      std::get<1>(scores.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  const auto by_score = order.accessor<int64_t, 1>();
  const Ranked<T> ranked(boxes, order);
  const std::size_t count = ranked.area.size();
  std::vector<char> gone(count, 0);
  std::vector<int64_t> kept;
  for (std::size_t i = 0; i < count; ++i) {
    if (gone[i]) continue;
    kept.push_back(by_score[static_cast<int64_t>(i)]);
    for (std::size_t j = i + 1; j < count; ++j) {
      const T shared = ranked.Shared(i, j);
      // Most pairs share nothing. Nothing of nothing is not a number: such boxes stay.
      if (shared == 0 && threshold >= 0) continue;
      if (shared / (ranked.area[i] + ranked.area[j] - shared) > threshold) gone[j] = 1;
    }
  }
  return kept;
}

}  // namespace

at::Tensor Nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold) {
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 4, "nms: expected boxes [N, 4], got ",
              boxes.sizes());
  TORCH_CHECK(scores.dim() == 1 && scores.size(0) == boxes.size(0), "nms: expected scores [",
              boxes.size(0), "], got ", scores.sizes());
  TORCH_CHECK_TYPE(boxes.scalar_type() == scores.scalar_type(),
                   "nms: expected boxes and scores of the same type, got ", boxes.scalar_type(),
                   " and ", scores.scalar_type());
  TORCH_CHECK(boxes.device() == scores.device(),
              "nms: expected boxes and scores on the same device, got ", boxes.device(), " and ",
              scores.device());
  const at::Tensor all = OnCpu("nms", boxes);
  const at::Tensor ranks = OnCpu("nms", scores);
  const std::vector<int64_t> kept = all.scalar_type() == at::kDouble
                                        ? Keep<double>(all, ranks, iou_threshold)
                                        : Keep<float>(all, ranks, iou_threshold);
  return at::tensor(kept, at::kLong).to(boxes.device());
}

}  // namespace libtorch_node::core::vision

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <vector>

#include "core/ops/vision/kernels.h"
#include "core/ops/vision/rois.h"

namespace libtorch_node::core::vision {
namespace {

template <typename T>
std::vector<int64_t> Keep(const at::Tensor& boxes, const at::Tensor& scores, double threshold) {
  const auto box = boxes.accessor<T, 2>();
  const at::Tensor order =
      std::get<1>(scores.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  const auto by_score = order.accessor<int64_t, 1>();
  const int64_t count = boxes.size(0);
  std::vector<T> areas(static_cast<std::size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    areas[i] = (box[i][2] - box[i][0]) * (box[i][3] - box[i][1]);
  }
  std::vector<char> gone(static_cast<std::size_t>(count), 0);
  std::vector<int64_t> kept;
  for (int64_t first = 0; first < count; ++first) {
    const int64_t i = by_score[first];
    if (gone[i]) continue;
    kept.push_back(i);
    for (int64_t second = first + 1; second < count; ++second) {
      const int64_t j = by_score[second];
      if (gone[j]) continue;
      const T width = std::min(box[i][2], box[j][2]) - std::max(box[i][0], box[j][0]);
      const T height = std::min(box[i][3], box[j][3]) - std::max(box[i][1], box[j][1]);
      const T shared = std::max(T{0}, width) * std::max(T{0}, height);
      // Not a number for two boxes without area: both stay.
      if (shared / (areas[i] + areas[j] - shared) > threshold) gone[j] = 1;
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

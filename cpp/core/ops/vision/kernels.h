#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <tuple>

/// torchvision's operators of the same names, computed on the CPU in float32 or float64. Tensors of
/// other devices are copied there and back. Arguments that would read or compute out of bounds are
/// refused.
namespace libtorch_node::core::vision {

/// Indices of the boxes that stay, by falling score: a box goes whose intersection over union with
/// one that stays is above the threshold.
at::Tensor Nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold);

at::Tensor RoiAlign(const at::Tensor& input, const at::Tensor& rois, double spatial_scale,
                    int64_t pooled_height, int64_t pooled_width, int64_t sampling_ratio,
                    bool aligned);

/// With the place in its plane of each maximum, -1 for an empty bin.
std::tuple<at::Tensor, at::Tensor> RoiPool(const at::Tensor& input, const at::Tensor& rois,
                                           double spatial_scale, int64_t pooled_height,
                                           int64_t pooled_width);

/// With the channel that each bin was taken from.
std::tuple<at::Tensor, at::Tensor> PsRoiAlign(const at::Tensor& input, const at::Tensor& rois,
                                              double spatial_scale, int64_t pooled_height,
                                              int64_t pooled_width, int64_t sampling_ratio);

/// With the channel that each bin was taken from.
std::tuple<at::Tensor, at::Tensor> PsRoiPool(const at::Tensor& input, const at::Tensor& rois,
                                             double spatial_scale, int64_t pooled_height,
                                             int64_t pooled_width);

/// Intersection over union of boxes [N, 5] and [M, 5], each a center, a width, a height and an
/// angle in degrees: [N, M].
at::Tensor BoxIouRotated(const at::Tensor& boxes1, const at::Tensor& boxes2);

at::Tensor DeformConv2d(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& offset,
                        const at::Tensor& mask, const at::Tensor& bias, int64_t stride_h,
                        int64_t stride_w, int64_t pad_h, int64_t pad_w, int64_t dilation_h,
                        int64_t dilation_w, int64_t groups, int64_t offset_groups, bool use_mask);

}  // namespace libtorch_node::core::vision

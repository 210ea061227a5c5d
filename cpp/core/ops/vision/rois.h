#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace libtorch_node::core::vision {

/// The arguments that all pooling of regions shares, on the CPU, contiguous, float32 or float64.
struct Regions {
  at::Tensor input;  // [batch, channels, height, width]
  at::Tensor rois;   // [count, 5]: place in the batch, x1, y1, x2, y2
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;

  int64_t batch() const { return input.size(0); }
  int64_t channels() const { return input.size(1); }
  int64_t height() const { return input.size(2); }
  int64_t width() const { return input.size(3); }
  int64_t count() const { return rois.size(0); }

  /// The result with the input's type, on its device.
  at::Tensor Finish(const at::Tensor& result) const;
  at::Tensor FinishIndices(const at::Tensor& indices) const;
};

/// Checks shapes, types, places in the batch and coordinates; `name` is for messages.
Regions PrepareRegions(const char* name, const at::Tensor& input, const at::Tensor& rois,
                       int64_t pooled_height, int64_t pooled_width);

/// Throws unless the channels divide into one group for each bin.
int64_t PositionSensitiveChannels(const char* name, const Regions& regions, int64_t pooled_height,
                                  int64_t pooled_width);

/// Dense and with values that the CPU can read: copies from other devices; float16 and bfloat16
/// become float32.
at::Tensor OnCpu(const char* name, const at::Tensor& tensor);

}  // namespace libtorch_node::core::vision

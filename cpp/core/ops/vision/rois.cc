#include "core/ops/vision/rois.h"

#include <c10/util/Exception.h>

#include <cmath>

namespace libtorch_node::core::vision {
namespace {

// Far beyond any image, and small enough that sums and products stay integers.
constexpr double kFarthest = 1 << 24;

template <typename T>
void CheckRois(const char* name, const Regions& regions) {
  const auto rois = regions.rois.accessor<T, 2>();
  for (int64_t i = 0; i < regions.count(); ++i) {
    const T place = rois[i][0];
    TORCH_CHECK_INDEX(place >= 0 && place < static_cast<T>(regions.batch()), name, ": rois[", i,
                      "][0] is ", place, ", expected a place in a batch of ", regions.batch());
    for (int64_t j = 1; j < 5; ++j) {
      TORCH_CHECK_VALUE(std::abs(rois[i][j]) <= kFarthest, name, ": rois[", i, "][", j, "] is ",
                        rois[i][j], ", expected a coordinate of at most 2^24");
    }
  }
}

}  // namespace

at::Tensor OnCpu(const char* name, const at::Tensor& tensor) {
  TORCH_CHECK_NOT_IMPLEMENTED(!tensor.is_meta() && !tensor.is_quantized() &&
                                  tensor.layout() == at::kStrided && !tensor.is_nested(),
                              name, ": expected dense tensors with values, got ",
                              tensor.toString());
  TORCH_CHECK_TYPE(at::isFloatingType(tensor.scalar_type()), name,
                   ": expected floating point tensors, got ", tensor.scalar_type());
  const bool is_double = tensor.scalar_type() == at::kDouble;
  return tensor.detach().to(at::kCPU, is_double ? at::kDouble : at::kFloat).contiguous();
}

Regions PrepareRegions(const char* name, const at::Tensor& input, const at::Tensor& rois,
                       int64_t pooled_height, int64_t pooled_width) {
  TORCH_CHECK(input.dim() == 4, name, ": expected an input [N, C, H, W], got ", input.sizes());
  TORCH_CHECK(rois.dim() == 2 && rois.size(1) == 5, name, ": expected rois [K, 5], got ",
              rois.sizes());
  TORCH_CHECK_TYPE(input.scalar_type() == rois.scalar_type(), name,
                   ": expected input and rois of the same type, got ", input.scalar_type(), " and ",
                   rois.scalar_type());
  TORCH_CHECK(input.device() == rois.device(), name,
              ": expected input and rois on the same device, got ", input.device(), " and ",
              rois.device());
  TORCH_CHECK_VALUE(pooled_height > 0 && pooled_width > 0, name,
                    ": expected a positive output size, got ", pooled_height, " x ", pooled_width);
  Regions regions{OnCpu(name, input), OnCpu(name, rois), input.scalar_type(), input.device()};
  if (regions.rois.scalar_type() == at::kDouble) {
    CheckRois<double>(name, regions);
  } else {
    CheckRois<float>(name, regions);
  }
  return regions;
}

int64_t PositionSensitiveChannels(const char* name, const Regions& regions, int64_t pooled_height,
                                  int64_t pooled_width) {
  const int64_t channels = regions.channels();
  const bool divides = pooled_height <= channels &&
                       pooled_width <= channels &&  // before they are multiplied
                       channels % (pooled_height * pooled_width) == 0;
  TORCH_CHECK(divides, name, ": expected channels that are a multiple of ", pooled_height, " * ",
              pooled_width, ", got ", channels);
  return channels / (pooled_height * pooled_width);
}

at::Tensor Regions::Finish(const at::Tensor& result) const { return result.to(device, dtype); }

at::Tensor Regions::FinishIndices(const at::Tensor& indices) const { return indices.to(device); }

}  // namespace libtorch_node::core::vision

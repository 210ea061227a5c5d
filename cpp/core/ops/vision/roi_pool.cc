#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "core/ops/vision/kernels.h"
#include "core/ops/vision/rois.h"

namespace libtorch_node::core::vision {
namespace {

// Scaled coordinates beyond it are beyond every image.
constexpr double kFarthest = 1 << 30;

template <typename T>
int64_t Rounded(T coordinate, T scale) {
  const T scaled = std::round(coordinate * scale);
  // Not a number where the scale is none.
  if (!(scaled >= -kFarthest)) return static_cast<int64_t>(-kFarthest);
  return static_cast<int64_t>(std::min(scaled, static_cast<T>(kFarthest)));
}

/// The pixels of one bin along one axis: [begin, end).
struct Span {
  int64_t begin;
  int64_t end;
};

template <typename T>
Span BinSpan(int64_t bin, T bin_size, int64_t start, int64_t limit) {
  const auto begin = static_cast<int64_t>(std::floor(static_cast<T>(bin) * bin_size)) + start;
  const auto end = static_cast<int64_t>(std::ceil(static_cast<T>(bin + 1) * bin_size)) + start;
  return {std::clamp<int64_t>(begin, 0, limit), std::clamp<int64_t>(end, 0, limit)};
}

/// One region in whole pixels.
template <typename T>
struct Window {
  int64_t top;
  int64_t left;
  T bin_height;
  T bin_width;

  /// `inclusive`: the last coordinate belongs to the region.
  Window(const T* roi, T scale, bool inclusive, int64_t bins_high, int64_t bins_wide)
      : top(Rounded(roi[2], scale)), left(Rounded(roi[1], scale)) {
    const int64_t more = inclusive ? 1 : 0;
    const int64_t height = std::max<int64_t>(Rounded(roi[4], scale) - top + more, 1);
    const int64_t width = std::max<int64_t>(Rounded(roi[3], scale) - left + more, 1);
    bin_height = static_cast<T>(height) / static_cast<T>(bins_high);
    bin_width = static_cast<T>(width) / static_cast<T>(bins_wide);
  }
};

template <typename T>
void MaxPool(const Regions& regions, double scale, at::Tensor& output, at::Tensor& argmax) {
  const T* input = regions.input.const_data_ptr<T>();
  const T* rois = regions.rois.const_data_ptr<T>();
  T* result = output.mutable_data_ptr<T>();
  auto* places = argmax.mutable_data_ptr<int32_t>();
  const int64_t bins_high = output.size(2);
  const int64_t bins_wide = output.size(3);
  const int64_t plane_size = regions.height() * regions.width();
  at::parallel_for(0, regions.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* roi = rois + i * 5;
      const Window<T> window(roi, static_cast<T>(scale), true, bins_high, bins_wide);
      for (int64_t channel = 0; channel < regions.channels(); ++channel) {
        const int64_t image = static_cast<int64_t>(roi[0]);
        const T* plane = input + (image * regions.channels() + channel) * plane_size;
        for (int64_t bin = 0; bin < bins_high * bins_wide; ++bin) {
          const Span rows =
              BinSpan(bin / bins_wide, window.bin_height, window.top, regions.height());
          const Span columns =
              BinSpan(bin % bins_wide, window.bin_width, window.left, regions.width());
          const bool is_empty = rows.end <= rows.begin || columns.end <= columns.begin;
          T most = is_empty ? T{0} : static_cast<T>(-FLT_MAX);
          int64_t place = -1;
          for (int64_t row = rows.begin; row < rows.end; ++row) {
            for (int64_t column = columns.begin; column < columns.end; ++column) {
              const int64_t here = row * regions.width() + column;
              if (!(plane[here] > most)) continue;
              most = plane[here];
              place = here;
            }
          }
          const int64_t at = (i * regions.channels() + channel) * bins_high * bins_wide + bin;
          result[at] = most;
          places[at] = static_cast<int32_t>(place);
        }
      }
    }
  });
}

template <typename T>
void PsAverage(const Regions& regions, double scale, at::Tensor& output, at::Tensor& mapping) {
  const T* input = regions.input.const_data_ptr<T>();
  const T* rois = regions.rois.const_data_ptr<T>();
  T* result = output.mutable_data_ptr<T>();
  auto* channel_of = mapping.mutable_data_ptr<int32_t>();
  const int64_t bins_high = output.size(2);
  const int64_t bins_wide = output.size(3);
  const int64_t plane_size = regions.height() * regions.width();
  at::parallel_for(0, regions.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* roi = rois + i * 5;
      const Window<T> window(roi, static_cast<T>(scale), false, bins_high, bins_wide);
      const T* image = input + static_cast<int64_t>(roi[0]) * regions.channels() * plane_size;
      for (int64_t channel = 0; channel < regions.channels(); ++channel) {
        const int64_t bin = channel % (bins_high * bins_wide);
        // The last row and column of the image are never reached, as in torchvision.
        const Span rows = BinSpan(bin / bins_wide, window.bin_height, window.top,
                                  std::max<int64_t>(regions.height() - 1, 0));
        const Span columns = BinSpan(bin % bins_wide, window.bin_width, window.left,
                                     std::max<int64_t>(regions.width() - 1, 0));
        T sum = 0;
        for (int64_t row = rows.begin; row < rows.end; ++row) {
          for (int64_t column = columns.begin; column < columns.end; ++column) {
            sum += image[channel * plane_size + row * regions.width() + column];
          }
        }
        const bool is_empty = rows.end <= rows.begin || columns.end <= columns.begin;
        const int64_t area = (rows.end - rows.begin) * (columns.end - columns.begin);
        const int64_t at = i * regions.channels() + channel;
        result[at] = is_empty ? T{0} : sum / static_cast<T>(area);
        channel_of[at] = static_cast<int32_t>(channel);
      }
    }
  });
}

}  // namespace

std::tuple<at::Tensor, at::Tensor> RoiPool(const at::Tensor& input, const at::Tensor& rois,
                                           double spatial_scale, int64_t pooled_height,
                                           int64_t pooled_width) {
  const Regions regions = PrepareRegions("roi_pool", input, rois, pooled_height, pooled_width);
  at::Tensor output = at::empty({regions.count(), regions.channels(), pooled_height, pooled_width},
                                regions.input.options());
  at::Tensor argmax = at::empty(output.sizes(), at::kInt);
  if (output.scalar_type() == at::kDouble) {
    MaxPool<double>(regions, spatial_scale, output, argmax);
  } else {
    MaxPool<float>(regions, spatial_scale, output, argmax);
  }
  return {regions.Finish(output), regions.FinishIndices(argmax)};
}

std::tuple<at::Tensor, at::Tensor> PsRoiPool(const at::Tensor& input, const at::Tensor& rois,
                                             double spatial_scale, int64_t pooled_height,
                                             int64_t pooled_width) {
  const char* name = "ps_roi_pool";
  const Regions regions = PrepareRegions(name, input, rois, pooled_height, pooled_width);
  const int64_t channels = PositionSensitiveChannels(name, regions, pooled_height, pooled_width);
  at::Tensor output =
      at::empty({regions.count(), channels, pooled_height, pooled_width}, regions.input.options());
  at::Tensor mapping = at::empty(output.sizes(), at::kInt);
  if (output.scalar_type() == at::kDouble) {
    PsAverage<double>(regions, spatial_scale, output, mapping);
  } else {
    PsAverage<float>(regions, spatial_scale, output, mapping);
  }
  return {regions.Finish(output), regions.FinishIndices(mapping)};
}

}  // namespace libtorch_node::core::vision

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/ops/vision/bilinear.h"
#include "core/ops/vision/kernels.h"
#include "core/ops/vision/rois.h"

namespace libtorch_node::core::vision {
namespace {

// Samples of one bin, which are held in memory.
constexpr int64_t kMostSamples = int64_t{1} << 22;

/// One region, cut into bins, each with a grid of samples.
template <typename T>
struct Grid {
  T top;
  T left;
  T bin_height;
  T bin_width;
  int64_t rows;
  int64_t columns;

  Grid(const char* name, const T* roi, T scale, T shift, bool at_least_one, int64_t pooled_height,
       int64_t pooled_width, int64_t sampling_ratio)
      : top(roi[2] * scale - shift), left(roi[1] * scale - shift) {
    T height = roi[4] * scale - shift - top;
    T width = roi[3] * scale - shift - left;
    if (at_least_one) {
      height = std::max(height, T{1});
      width = std::max(width, T{1});
    }
    bin_height = height / static_cast<T>(pooled_height);
    bin_width = width / static_cast<T>(pooled_width);
    rows = Samples(name, bin_height, sampling_ratio);
    columns = Samples(name, bin_width, sampling_ratio);
    TORCH_CHECK_VALUE(rows <= kMostSamples / std::max<int64_t>(columns, 1), name, ": a bin of ",
                      rows, " x ", columns, " samples is too large");
  }

  static int64_t Samples(const char* name, T size, int64_t sampling_ratio) {
    if (sampling_ratio > 0) return sampling_ratio;
    TORCH_CHECK_VALUE(std::abs(size) <= static_cast<T>(kMostSamples), name, ": a bin is too large");
    // Of a region whose end comes before its start negative: none are taken.
    return static_cast<int64_t>(std::ceil(size));
  }

  /// The samples of one bin, which are the same in every plane.
  void Take(int64_t height, int64_t width, int64_t bin_row, int64_t bin_column,
            std::vector<Tap<T>>& taps) const {
    taps.clear();
    if (height == 0 || width == 0) return;
    for (int64_t row = 0; row < rows; ++row) {
      const T y = top + static_cast<T>(bin_row) * bin_height +
                  (static_cast<T>(row) + T(0.5)) * bin_height / static_cast<T>(rows);
      for (int64_t column = 0; column < columns; ++column) {
        const T x = left + static_cast<T>(bin_column) * bin_width +
                    (static_cast<T>(column) + T(0.5)) * bin_width / static_cast<T>(columns);
        taps.push_back(TapInside(height, width, y, x));
      }
    }
  }
};

template <typename T>
T Sum(const std::vector<Tap<T>>& taps, const T* plane) {
  T sum = 0;
  for (const Tap<T>& tap : taps) sum += tap.Of(plane);
  return sum;
}

template <typename T>
void Align(const Regions& regions, double scale, int64_t sampling_ratio, bool aligned,
           at::Tensor& output) {
  const T* input = regions.input.const_data_ptr<T>();
  const T* rois = regions.rois.const_data_ptr<T>();
  T* result = output.mutable_data_ptr<T>();
  const int64_t bins_high = output.size(2);
  const int64_t bins_wide = output.size(3);
  const int64_t bins = bins_high * bins_wide;
  const int64_t channels = regions.channels();
  const int64_t plane_size = regions.height() * regions.width();
  at::parallel_for(0, regions.count(), 1, [&](int64_t begin, int64_t end) {
    std::vector<Tap<T>> taps;
    for (int64_t i = begin; i < end; ++i) {
      const T* roi = rois + i * 5;
      const Grid<T> grid("roi_align", roi, static_cast<T>(scale), aligned ? T(0.5) : T(0), !aligned,
                         bins_high, bins_wide, sampling_ratio);
      const T samples = static_cast<T>(std::max<int64_t>(grid.rows * grid.columns, 1));
      const T* image = input + static_cast<int64_t>(roi[0]) * channels * plane_size;
      T* out = result + i * channels * bins;
      for (int64_t bin = 0; bin < bins; ++bin) {
        grid.Take(regions.height(), regions.width(), bin / bins_wide, bin % bins_wide, taps);
        for (int64_t channel = 0; channel < channels; ++channel) {
          out[channel * bins + bin] = Sum(taps, image + channel * plane_size) / samples;
        }
      }
    }
  });
}

template <typename T>
void PsAlign(const Regions& regions, double scale, int64_t sampling_ratio, at::Tensor& output,
             at::Tensor& mapping) {
  const T* input = regions.input.const_data_ptr<T>();
  const T* rois = regions.rois.const_data_ptr<T>();
  T* result = output.mutable_data_ptr<T>();
  auto* channel_of = mapping.mutable_data_ptr<int32_t>();
  const int64_t bins_high = output.size(2);
  const int64_t bins_wide = output.size(3);
  const int64_t bins = bins_high * bins_wide;
  const int64_t plane_size = regions.height() * regions.width();
  at::parallel_for(0, regions.count(), 1, [&](int64_t begin, int64_t end) {
    std::vector<Tap<T>> taps;
    for (int64_t i = begin; i < end; ++i) {
      const T* roi = rois + i * 5;
      const Grid<T> grid("ps_roi_align", roi, static_cast<T>(scale), T(0.5), false, bins_high,
                         bins_wide, sampling_ratio);
      const T samples = static_cast<T>(grid.rows * grid.columns);
      const T* image = input + static_cast<int64_t>(roi[0]) * regions.channels() * plane_size;
      // Each bin of each output channel has an input channel of its own.
      for (int64_t bin = 0; bin < bins; ++bin) {
        grid.Take(regions.height(), regions.width(), bin / bins_wide, bin % bins_wide, taps);
        for (int64_t channel = bin; channel < regions.channels(); channel += bins) {
          const int64_t at = i * regions.channels() + channel;
          result[at] = Sum(taps, image + channel * plane_size) / samples;
          channel_of[at] = static_cast<int32_t>(channel);
        }
      }
    }
  });
}

}  // namespace

at::Tensor RoiAlign(const at::Tensor& input, const at::Tensor& rois, double spatial_scale,
                    int64_t pooled_height, int64_t pooled_width, int64_t sampling_ratio,
                    bool aligned) {
  const Regions regions = PrepareRegions("roi_align", input, rois, pooled_height, pooled_width);
  at::Tensor output = at::empty({regions.count(), regions.channels(), pooled_height, pooled_width},
                                regions.input.options());
  if (output.scalar_type() == at::kDouble) {
    Align<double>(regions, spatial_scale, sampling_ratio, aligned, output);
  } else {
    Align<float>(regions, spatial_scale, sampling_ratio, aligned, output);
  }
  return regions.Finish(output);
}

std::tuple<at::Tensor, at::Tensor> PsRoiAlign(const at::Tensor& input, const at::Tensor& rois,
                                              double spatial_scale, int64_t pooled_height,
                                              int64_t pooled_width, int64_t sampling_ratio) {
  const char* name = "ps_roi_align";
  const Regions regions = PrepareRegions(name, input, rois, pooled_height, pooled_width);
  const int64_t channels = PositionSensitiveChannels(name, regions, pooled_height, pooled_width);
  at::Tensor output =
      at::empty({regions.count(), channels, pooled_height, pooled_width}, regions.input.options());
  at::Tensor mapping = at::empty(output.sizes(), at::kInt);
  if (output.scalar_type() == at::kDouble) {
    PsAlign<double>(regions, spatial_scale, sampling_ratio, output, mapping);
  } else {
    PsAlign<float>(regions, spatial_scale, sampling_ratio, output, mapping);
  }
  return {regions.Finish(output), regions.FinishIndices(mapping)};
}

}  // namespace libtorch_node::core::vision

#include <ATen/Parallel.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "core/ops/vision/bilinear.h"
#include "core/ops/vision/kernels.h"
#include "core/ops/vision/rois.h"

namespace libtorch_node::core::vision {
namespace {

constexpr const char* kName = "deform_conv2d";
// Steps beyond it are longer than any image.
constexpr int64_t kFarthest = int64_t{1} << 30;

/// One axis of the convolution.
struct Axis {
  int64_t input;
  int64_t kernel;
  int64_t stride;
  int64_t pad;
  int64_t dilation;

  int64_t Output() const { return (input + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1; }
};

struct Shape {
  Axis y;
  Axis x;
  int64_t channels;
  int64_t offset_groups;

  int64_t taps() const { return y.kernel * x.kernel; }
  int64_t pixels() const { return y.Output() * x.Output(); }
};

void CheckAxis(const Axis& axis, const char* which) {
  TORCH_CHECK_VALUE(axis.stride > 0 && axis.stride <= kFarthest && axis.dilation > 0 &&
                        axis.dilation <= kFarthest && axis.pad >= 0 && axis.pad <= kFarthest,
                    kName,
                    ": expected positive strides and dilations and no negative padding, got ",
                    axis.stride, ", ", axis.dilation, " and ", axis.pad, " along the ", which);
  TORCH_CHECK(axis.kernel > 0, kName, ": expected a kernel with taps along the ", which);
  TORCH_CHECK(axis.Output() > 0, kName, ": the kernel is larger than the padded input along the ",
              which);
}

/// What each tap of the kernel meets: [channels * taps, pixels] of one image.
template <typename T>
void Gather(const Shape& shape, const T* image, const T* offset, const T* mask, T* columns) {
  const int64_t wide = shape.x.Output();
  const int64_t pixels = shape.pixels();
  const int64_t channels_each = shape.channels / shape.offset_groups;
  at::parallel_for(0, shape.channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      const int64_t group = channel / channels_each;
      const T* plane = image + channel * shape.y.input * shape.x.input;
      for (int64_t tap = 0; tap < shape.taps(); ++tap) {
        const int64_t index = group * shape.taps() + tap;
        const T* down = offset + 2 * index * pixels;
        const T* across = down + pixels;
        const T* weight = mask == nullptr ? nullptr : mask + index * pixels;
        T* out = columns + (channel * shape.taps() + tap) * pixels;
        const int64_t tap_y = tap / shape.x.kernel * shape.y.dilation - shape.y.pad;
        const int64_t tap_x = tap % shape.x.kernel * shape.x.dilation - shape.x.pad;
        for (int64_t pixel = 0; pixel < pixels; ++pixel) {
          const T y = static_cast<T>(pixel / wide * shape.y.stride + tap_y) + down[pixel];
          const T x = static_cast<T>(pixel % wide * shape.x.stride + tap_x) + across[pixel];
          const T value = SamplePadded(plane, shape.y.input, shape.x.input, y, x);
          out[pixel] = weight == nullptr ? value : value * weight[pixel];
        }
      }
    }
  });
}

template <typename T>
at::Tensor Convolve(const Shape& shape, const at::Tensor& input, const at::Tensor& weight,
                    const at::Tensor& offset, const at::Tensor* mask, const at::Tensor& bias,
                    int64_t groups) {
  const int64_t batch = input.size(0);
  const int64_t outputs = weight.size(0);
  const int64_t pixels = shape.pixels();
  at::Tensor result =
      at::empty({batch, outputs, shape.y.Output(), shape.x.Output()}, input.options());
  at::Tensor columns = at::empty({shape.channels * shape.taps(), pixels}, input.options());
  const at::Tensor kernels =
      weight.reshape({groups, outputs / groups, shape.channels / groups * shape.taps()});
  const at::Tensor start = bias.reshape({groups, outputs / groups, 1});
  for (int64_t image = 0; image < batch; ++image) {
    Gather(shape,
           input.const_data_ptr<T>() + image * shape.channels * shape.y.input * shape.x.input,
           offset.const_data_ptr<T>() + image * shape.offset_groups * 2 * shape.taps() * pixels,
           mask == nullptr
               ? nullptr
               : mask->const_data_ptr<T>() + image * shape.offset_groups * shape.taps() * pixels,
           columns.mutable_data_ptr<T>());
    const at::Tensor product = at::baddbmm(
        start, kernels, columns.view({groups, shape.channels / groups * shape.taps(), pixels}));
    result.select(0, image).copy_(product.view({outputs, shape.y.Output(), shape.x.Output()}));
  }
  return result;
}

void CheckSameKind(const at::Tensor& input, const at::Tensor& other, const char* which) {
  TORCH_CHECK_TYPE(input.scalar_type() == other.scalar_type(), kName,
                   ": expected tensors of one type, got an input of ", input.scalar_type(), " and ",
                   which, " of ", other.scalar_type());
  TORCH_CHECK(input.device() == other.device(), kName,
              ": expected tensors on one device, got an input on ", input.device(), " and ", which,
              " on ", other.device());
}

}  // namespace

at::Tensor DeformConv2d(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& offset,
                        const at::Tensor& mask, const at::Tensor& bias, int64_t stride_h,
                        int64_t stride_w, int64_t pad_h, int64_t pad_w, int64_t dilation_h,
                        int64_t dilation_w, int64_t groups, int64_t offset_groups, bool use_mask) {
  TORCH_CHECK(input.dim() == 4 && weight.dim() == 4 && offset.dim() == 4, kName,
              ": expected input, weight and offset of 4 dimensions, got ", input.sizes(), ", ",
              weight.sizes(), " and ", offset.sizes());
  CheckSameKind(input, weight, "weight");
  CheckSameKind(input, offset, "offset");
  CheckSameKind(input, bias, "bias");
  const Shape shape{{input.size(2), weight.size(2), stride_h, pad_h, dilation_h},
                    {input.size(3), weight.size(3), stride_w, pad_w, dilation_w},
                    input.size(1),
                    offset_groups};
  CheckAxis(shape.y, "height");
  CheckAxis(shape.x, "width");
  TORCH_CHECK_VALUE(groups > 0 && offset_groups > 0 && input.size(1) % offset_groups == 0 &&
                        input.size(1) % groups == 0 && weight.size(0) % groups == 0,
                    kName, ": expected groups that divide the channels, got ", groups, " and ",
                    offset_groups, " offset groups for ", input.size(1), " channels in and ",
                    weight.size(0), " out");
  TORCH_CHECK(weight.size(1) == input.size(1) / groups, kName, ": expected a weight for ",
              input.size(1) / groups, " channels of each group, got ", weight.sizes());
  const std::array<int64_t, 4> offsets{input.size(0), 2 * offset_groups * shape.taps(),
                                       shape.y.Output(), shape.x.Output()};
  TORCH_CHECK(offset.sizes() == at::IntArrayRef(offsets), kName, ": expected an offset ",
              at::IntArrayRef(offsets), ", got ", offset.sizes());
  TORCH_CHECK(bias.dim() == 1 && bias.size(0) == weight.size(0), kName, ": expected a bias [",
              weight.size(0), "], got ", bias.sizes());
  at::Tensor scales;
  if (use_mask) {
    CheckSameKind(input, mask, "mask");
    const std::array<int64_t, 4> masks{offsets[0], offsets[1] / 2, offsets[2], offsets[3]};
    TORCH_CHECK(mask.sizes() == at::IntArrayRef(masks), kName, ": expected a mask ",
                at::IntArrayRef(masks), ", got ", mask.sizes());
    scales = OnCpu(kName, mask);
  }
  const auto convolve = input.scalar_type() == at::kDouble ? Convolve<double> : Convolve<float>;
  return convolve(shape, OnCpu(kName, input), OnCpu(kName, weight), OnCpu(kName, offset),
                  use_mask ? &scales : nullptr, OnCpu(kName, bias), groups)
      .to(input.device(), input.scalar_type());
}

}  // namespace libtorch_node::core::vision

#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace libtorch_node::core::vision {

/// The pixels around a place in a plane, and how much each counts there.
template <typename T>
struct Tap {
  std::array<int64_t, 4> pixels{};
  std::array<T, 4> weights{};

  T Of(const T* plane) const {
    return weights[0] * plane[pixels[0]] + weights[1] * plane[pixels[1]] +
           weights[2] * plane[pixels[2]] + weights[3] * plane[pixels[3]];
  }
};

/// At (y, x) as region pooling looks: up to a pixel outside, the border's value goes on; further
/// out, and where a coordinate is not a number, nothing counts. The plane must have pixels.
template <typename T>
Tap<T> TapInside(int64_t height, int64_t width, T y, T x) {
  if (!(y >= -1 && y <= static_cast<T>(height) && x >= -1 && x <= static_cast<T>(width))) return {};
  const auto place = [](T& at, int64_t size, int64_t& low, int64_t& high) {
    at = at <= 0 ? 0 : at;
    low = static_cast<int64_t>(at);
    high = low + 1;
    if (low >= size - 1) {
      low = high = size - 1;
      at = static_cast<T>(low);
    }
    return at - static_cast<T>(low);
  };
  int64_t top;
  int64_t bottom;
  int64_t left;
  int64_t right;
  const T down = place(y, height, top, bottom);
  const T across = place(x, width, left, right);
  const T up = 1 - down;
  const T back = 1 - across;
  return {{top * width + left, top * width + right, bottom * width + left, bottom * width + right},
          {up * back, up * across, down * back, down * across}};
}

/// The value at (y, x) with zeros all around the plane, as a convolution pads it.
template <typename T>
T SamplePadded(const T* plane, int64_t height, int64_t width, T y, T x) {
  if (!(y > -1 && y < static_cast<T>(height) && x > -1 && x < static_cast<T>(width))) return 0;
  const auto top = static_cast<int64_t>(std::floor(y));
  const auto left = static_cast<int64_t>(std::floor(x));
  const T down = y - static_cast<T>(top);
  const T across = x - static_cast<T>(left);
  const auto at = [&](int64_t row, int64_t column) -> T {
    const bool inside = row >= 0 && row < height && column >= 0 && column < width;
    return inside ? plane[row * width + column] : 0;
  };
  return (1 - down) * (1 - across) * at(top, left) + (1 - down) * across * at(top, left + 1) +
         down * (1 - across) * at(top + 1, left) + down * across * at(top + 1, left + 1);
}

}  // namespace libtorch_node::core::vision

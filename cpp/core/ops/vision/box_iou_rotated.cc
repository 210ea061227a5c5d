#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/ops/vision/kernels.h"
#include "core/ops/vision/rois.h"

namespace libtorch_node::core::vision {
namespace {

// Smaller boxes share nothing with any.
constexpr double kNoArea = 1e-14;

struct Point {
  double x;
  double y;
};

/// A convex polygon; cut by the four sides of a box, a box becomes one of at most eight corners.
struct Polygon {
  std::array<Point, 8> corners;
  std::size_t count = 0;

  void Add(Point point) {
    if (count < corners.size()) corners[count++] = point;
  }

  double Area() const {
    double twice = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Point& a = corners[i];
      const Point& b = corners[(i + 1) % count];
      twice += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice) / 2;
  }
};

/// center x, center y, width, height, degrees
struct Box {
  std::array<double, 5> values;

  double area() const { return values[2] * values[3]; }

  /// Around a point near it, where differences keep their digits.
  Polygon Corners(Point origin) const {
    const double angle = values[4] * std::numbers::pi / 180;
    const double cosine = std::cos(angle) / 2;
    const double sine = std::sin(angle) / 2;
    const Point center{values[0] - origin.x, values[1] - origin.y};
    const Point along{cosine * values[2], -sine * values[2]};
    const Point across{sine * values[3], cosine * values[3]};
    Polygon polygon;
    polygon.Add({center.x - along.x - across.x, center.y - along.y - across.y});
    polygon.Add({center.x + along.x - across.x, center.y + along.y - across.y});
    polygon.Add({center.x + along.x + across.x, center.y + along.y + across.y});
    polygon.Add({center.x - along.x + across.x, center.y - along.y + across.y});
    return polygon;
  }
};

/// Which side of the line from `a` to `b` a point is on; positive is inside.
double Side(const Point& a, const Point& b, const Point& point) {
  return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
}

/// What of the polygon lies inside of the line from `a` to `b`.
Polygon Cut(const Polygon& polygon, const Point& a, const Point& b) {
  Polygon left;
  for (std::size_t i = 0; i < polygon.count; ++i) {
    const Point& from = polygon.corners[i];
    const Point& to = polygon.corners[(i + 1) % polygon.count];
    const double from_side = Side(a, b, from);
    const double to_side = Side(a, b, to);
    if (from_side >= 0) left.Add(from);
    if ((from_side > 0 && to_side < 0) || (from_side < 0 && to_side > 0)) {
      const double part = from_side / (from_side - to_side);
      left.Add({from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)});
    }
  }
  return left;
}

double IntersectionOverUnion(const Box& first, const Box& second) {
  if (!(first.area() >= kNoArea && second.area() >= kNoArea)) return 0;
  const Point middle{(first.values[0] + second.values[0]) / 2,
                     (first.values[1] + second.values[1]) / 2};
  Polygon shared = first.Corners(middle);
  const Polygon other = second.Corners(middle);
  for (std::size_t i = 0; i < other.count && shared.count > 0; ++i) {
    shared = Cut(shared, other.corners[i], other.corners[(i + 1) % other.count]);
  }
  const double area = shared.count < 3 ? 0 : shared.Area();
  return area / (first.area() + second.area() - area);
}

template <typename T>
Box BoxOf(const T* row) {
  Box box;
  std::copy(row, row + 5, box.values.begin());
  return box;
}

template <typename T>
void Compare(const at::Tensor& boxes1, const at::Tensor& boxes2, at::Tensor& result) {
  const T* first = boxes1.const_data_ptr<T>();
  const T* second = boxes2.const_data_ptr<T>();
  auto* out = result.mutable_data_ptr<float>();
  const int64_t columns = boxes2.size(0);
  at::parallel_for(0, boxes1.size(0), 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Box box = BoxOf(first + i * 5);
      for (int64_t j = 0; j < columns; ++j) {
        out[i * columns + j] =
            static_cast<float>(IntersectionOverUnion(box, BoxOf(second + j * 5)));
      }
    }
  });
}

}  // namespace

at::Tensor BoxIouRotated(const at::Tensor& boxes1, const at::Tensor& boxes2) {
  const char* name = "box_iou_rotated";
  for (const at::Tensor& boxes : {boxes1, boxes2}) {
    TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 5, name, ": expected boxes [N, 5], got ",
                boxes.sizes());
  }
  TORCH_CHECK_TYPE(boxes1.scalar_type() == boxes2.scalar_type(), name,
                   ": expected boxes of the same type, got ", boxes1.scalar_type(), " and ",
                   boxes2.scalar_type());
  TORCH_CHECK(boxes1.device() == boxes2.device(), name, ": expected boxes on the same device, got ",
              boxes1.device(), " and ", boxes2.device());
  const at::Tensor first = OnCpu(name, boxes1);
  const at::Tensor second = OnCpu(name, boxes2);
  at::Tensor result = at::empty({first.size(0), second.size(0)}, at::kFloat);
  if (first.scalar_type() == at::kDouble) {
    Compare<double>(first, second, result);
  } else {
    Compare<float>(first, second, result);
  }
  return result.to(boxes1.device());
}

}  // namespace libtorch_node::core::vision

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

#include "core/ops/operator_set.h"
#include "core/ops/vision/kernels.h"
#include "core/ops/vision/registration.h"
#include "test/check.h"

namespace libtorch_node::test {
namespace {

namespace vision = core::vision;

at::Tensor Rows(const std::vector<float>& values, int64_t columns) {
  return at::tensor(values, at::kFloat).view({-1, columns});
}

template <typename Call>
void Refused(const Call& call) {
  try {
    call();
  } catch (const c10::Error&) {
    return;
  }
  Fail(__FILE__, __LINE__, "expected a c10::Error");
}

TEST(nms_keeps_the_best_of_boxes_that_overlap) {
  const at::Tensor boxes = Rows({0, 0, 2, 2, 0, 0, 2, 2.1F, 5, 5, 6, 6, 1, 1, 1, 1}, 4);
  const at::Tensor scores = at::tensor(std::vector<float>{0.1F, 0.9F, 0.5F, 0.7F});
  const at::Tensor kept = vision::Nms(boxes, scores, 0.5);
  EXPECT(kept.equal(at::tensor(std::vector<int64_t>{1, 3, 2})));
  EXPECT_EQ(vision::Nms(at::zeros({0, 4}), at::zeros({0}), 0.5).numel(), 0);
}

TEST(regions_are_pooled_over_what_is_inside_of_the_image) {
  const at::Tensor image = at::arange(16, at::kFloat).view({1, 1, 4, 4});
  const at::Tensor whole = Rows({0, 0, 0, 3, 3}, 5);
  const at::Tensor outside = Rows({0, 50, 50, 60, 60}, 5);
  const auto [most, places] = vision::RoiPool(image, whole, 1.0, 1, 1);
  EXPECT_EQ(most.item<float>(), 15.0F);
  EXPECT_EQ(places.item<int>(), 15);
  const auto [none, nowhere] = vision::RoiPool(image, outside, 1.0, 1, 1);
  EXPECT_EQ(none.item<float>(), 0.0F);
  EXPECT_EQ(nowhere.item<int>(), -1);
  EXPECT_EQ(vision::RoiAlign(image, outside, 1.0, 1, 1, 2, true).item<float>(), 0.0F);
  EXPECT_EQ(vision::RoiAlign(at::ones({1, 1, 4, 4}), whole, 1.0, 1, 1, -1, false).item<float>(),
            1.0F);
}

TEST(each_bin_of_a_position_sensitive_pool_has_its_own_channel) {
  const at::Tensor image =
      at::arange(4, at::kFloat).view({1, 4, 1, 1}).expand({1, 4, 6, 6}).contiguous();
  const at::Tensor roi = Rows({0, 1, 1, 4, 4}, 5);
  const auto [aligned, channels] = vision::PsRoiAlign(image, roi, 1.0, 2, 2, 2);
  EXPECT(aligned.flatten().equal(at::arange(4, at::kFloat)));
  EXPECT(channels.flatten().equal(at::arange(4, at::kInt)));
  const auto [pooled, same] = vision::PsRoiPool(image, roi, 1.0, 2, 2);
  EXPECT(pooled.flatten().equal(at::arange(4, at::kFloat)));
  EXPECT(same.equal(channels));
}

TEST(a_deformable_convolution_without_offsets_is_a_convolution) {
  const at::Tensor image = at::ones({1, 2, 4, 4});
  const at::Tensor result =
      vision::DeformConv2d(image, at::ones({3, 2, 3, 3}), at::zeros({1, 18, 2, 2}),
                           at::zeros({1, 1}), at::ones({3}), 1, 1, 0, 0, 1, 1, 1, 1, false);
  EXPECT(result.equal(at::full({1, 3, 2, 2}, 19.0F)));
}

TEST(rotated_boxes_share_what_their_polygons_share) {
  const at::Tensor boxes = Rows({0, 0, 2, 2, 0, 0, 0, 2, 2, 90, 1, 0, 2, 2, 0, 9, 9, 2, 2, 0}, 5);
  const at::Tensor shared = vision::BoxIouRotated(boxes, boxes);
  const auto at = shared.accessor<float, 2>();
  EXPECT(std::abs(at[0][1] - 1) < 1e-6F);
  EXPECT(std::abs(at[0][2] - 1.0F / 3) < 1e-6F);
  EXPECT_EQ(at[0][3], 0.0F);
}

TEST(regions_that_would_be_read_out_of_bounds_are_refused) {
  const at::Tensor image = at::ones({1, 1, 4, 4});
  for (const std::vector<float>& roi : {std::vector<float>{1, 0, 0, 1, 1},
                                        {-1, 0, 0, 1, 1},
                                        {NAN, 0, 0, 1, 1},
                                        {0, INFINITY, 0, 1, 1},
                                        {0, NAN, 0, 1, 1}}) {
    Refused([&] { vision::RoiAlign(image, Rows(roi, 5), 1.0, 1, 1, 2, false); });
    Refused([&] { vision::RoiPool(image, Rows(roi, 5), 1.0, 1, 1); });
  }
  Refused([&] { vision::RoiAlign(image, at::zeros({1, 5}), 1.0, 0, 1, 2, false); });
  Refused([&] { vision::PsRoiAlign(image, at::zeros({1, 5}), 1.0, 2, 1, 2); });
}

TEST(the_operators_step_aside_and_come_back) {
  core::RegisterVisionOperators();
  core::RegisterVisionOperators();
  const auto is_there = [] {
    return c10::Dispatcher::singleton().findSchema({"torchvision::nms", ""}).has_value();
  };
  EXPECT(is_there());
  {
    core::VisionOperatorsExchange exchange;
    EXPECT(is_there());
    exchange.StepAside();
    EXPECT(!is_there());
    EXPECT(!core::AllOperators().empty());
    EXPECT_CODE(core::FindOperators("torchvision::nms"), "ERR_UNKNOWN_OPERATOR");
  }
  EXPECT(is_there());
}

TEST(a_bound_operator_outlives_its_definition) {
  core::RegisterVisionOperators();
  core::OperatorSet set = core::FindOperators("torchvision::nms");
  core::Overload& nms = set.overloads.front();
  const auto kept = [&nms] {
    torch::jit::Stack stack{at::zeros({1, 4}), at::zeros({1}), 0.5};
    core::CallOperator(nms, stack);
    return stack.front().toTensor().numel();
  };
  {
    core::VisionOperatorsExchange exchange;
    exchange.StepAside();
    EXPECT_EQ(nms.schema->arguments().size(), 3U);
    EXPECT_EQ(kept(), 1);
  }
  EXPECT_EQ(kept(), 1);
}

}  // namespace
}  // namespace libtorch_node::test

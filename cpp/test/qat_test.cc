#include "core/quantization/qat.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/QEngine.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/autograd/trainable.h"
#include "core/module/statefulness.h"
#include "core/quantization/fake_quantize.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::FakeQuantizePart;
using torch::jit::Module;

/// As PyTorch's FakeQuantize, for one scale alone.
Module FakeQuantize(c10::ScalarType dtype, int64_t least, int64_t most) {
  Module observer("__torch__.observer.MinMaxObserver");
  const double infinity = std::numeric_limits<double>::infinity();
  observer.register_attribute("training", c10::BoolType::get(), true);
  observer.register_buffer("min_val", at::full({}, infinity));
  observer.register_buffer("max_val", at::full({}, -infinity));
  observer.define(
      "def forward(self, x: Tensor) -> Tensor:\n"
      "  self.min_val.copy_(torch.min(torch.min(x), self.min_val))\n"
      "  self.max_val.copy_(torch.max(torch.max(x), self.max_val))\n"
      "  return x\n");
  Module module("__torch__.fake_quantize.FakeQuantize");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("dtype", c10::IntType::get(), static_cast<int64_t>(dtype));
  module.register_attribute("qscheme", c10::IntType::get(), 0);
  module.register_attribute("least", c10::IntType::get(), least);
  module.register_attribute("most", c10::IntType::get(), most);
  module.register_buffer("observer_enabled", at::ones({1}, c10::kByte));
  module.register_buffer("fake_quant_enabled", at::ones({1}, c10::kByte));
  module.register_buffer("scale", at::ones({1}));
  module.register_buffer("zero_point", at::zeros({1}, c10::kInt));
  module.register_module("activation_post_process", observer);
  module.define(
      "def calculate_qparams(self) -> Tuple[Tensor, Tensor]:\n"
      "  most = torch.max(self.activation_post_process.max_val.abs(),\n"
      "                   self.activation_post_process.min_val.abs())\n"
      "  middle = (self.least + self.most + 1) // 2\n"
      "  scale = (most / float(self.most - middle)).reshape([1])\n"
      "  return scale, torch.full([1], middle, dtype=3)\n"
      "def forward(self, x: Tensor) -> Tensor:\n"
      "  if bool(self.observer_enabled[0] == 1):\n"
      "    self.activation_post_process.forward(x.detach())\n"
      "    scale, zero_point = self.calculate_qparams()\n"
      "    self.scale.resize_(scale.size())\n"
      "    self.scale.copy_(scale)\n"
      "    self.zero_point.copy_(zero_point)\n"
      "  if bool(self.fake_quant_enabled[0] == 1):\n"
      "    x = torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero_point,\n"
      "                                              self.least, self.most)\n"
      "  return x\n");
  return module;
}

/// A folder with what PrepareQat loads for QNNPACK.
class Folder {
 public:
  Folder() {
    std::filesystem::create_directories(path_);
    FakeQuantize(c10::kQUInt8, 0, 255).save((path_ / "fake.pt").string());
    FakeQuantize(c10::kQInt8, -128, 127).save((path_ / "fake_weight.pt").string());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("libtorch-node-qat-" + std::to_string(getpid()));
};

Module Net() {
  Module layer("__torch__.Layer");
  layer.register_attribute("training", c10::BoolType::get(), false);
  layer.register_parameter("weight", at::full({3, 4}, 0.5), false);
  layer.define(
      "def forward(self, x: Tensor) -> Tensor:\n"
      "  return torch.dropout(torch.linear(x, self.weight, None), 0.5, self.training)\n");
  Module net("__torch__.Net");
  net.register_attribute("training", c10::BoolType::get(), false);
  net.register_module("layer", layer);
  net.define("def forward(self, x: Tensor) -> Tensor:\n  return self.layer.forward(x)\n");
  return net;
}

Module Prepared(const Module& source, const std::string& folder) {
  core::PreparedModule prepared{
      core::PrepareForQuantization(source, "prepareQat"), {}, core::ExecutorMode::kOff, nullptr};
  core::ObserveOptions options;
  options.layers = {"layer"};
  options.engine = at::QEngine::QNNPACK;
  options.folder = folder;
  return core::PrepareQat(std::move(prepared), options);
}

at::Tensor Forward(const Module& module, const at::Tensor& x) {
  return module.get_method("forward")({x}).toTensor();
}

TEST(a_prepared_module_learns_through_what_it_rounds) {
  const Folder folder;
  const Module source = Net();
  Module module = Prepared(source, folder.path());
  EXPECT(core::IsPreparedForQat(module) && !core::IsPreparedForQat(source));
  EXPECT(module.is_training());
  core::RequireTrainable(module);
  const at::Tensor weight = module.attr("layer").toModule().attr("weight").toTensor();
  module.eval();
  Forward(module, Ones({2, 4})).sum().backward();
  EXPECT(weight.grad().equal(at::full({3, 4}, 2.0)));
  EXPECT(!source.attr("layer").toModule().attr("weight").toTensor().requires_grad());
  EXPECT_EQ(core::FakeQuantizedWeights(module).size(), 1U);
}

TEST(buffers_that_are_reshaped_make_runs_queue_and_leave_parameters_alone) {
  const Folder folder;
  const Module module = Prepared(Net(), folder.path());
  const core::TorchScriptEngine engine(module, core::ExecutorMode::kOff);
  EXPECT(engine.FindMethod("forward").stateful);
  const at::Tensor weight = module.attr("layer").toModule().attr("weight").toTensor();
  EXPECT(engine.Parameters()[0].is_same(weight));
}

TEST(fake_quantize_modules_are_switched_together) {
  const Folder folder;
  const Module module = Prepared(Net(), folder.path());
  core::EnableFakeQuantize(module, FakeQuantizePart::kObserver, false);
  for (const Module& inner : core::FakeQuantizeModules(module)) {
    EXPECT(!core::IsEnabled(inner, FakeQuantizePart::kObserver));
    EXPECT(core::IsEnabled(inner, FakeQuantizePart::kFakeQuant));
  }
  EXPECT_CODE(core::EnableFakeQuantize(Net(), FakeQuantizePart::kObserver, true),
              "ERR_NOT_PREPARED");
}

TEST(a_trained_module_is_converted_once_it_has_run) {
  const Folder folder;
  Module module = Prepared(Net(), folder.path());
  EXPECT_CODE(core::ConvertQat(module, at::QEngine::QNNPACK), "ERR_NOT_CALIBRATED");
  EXPECT_CODE(core::ConvertQat(Net(), at::QEngine::QNNPACK), "ERR_NOT_PREPARED");
  module.eval();
  const at::Tensor fake = Forward(module, Ones({2, 4}));
  const core::QuantizationResult result = core::ConvertQat(module, at::QEngine::QNNPACK);
  EXPECT_EQ(result.quantized.size(), 1U);
  EXPECT_EQ(result.quantized[0].name, "layer");
  EXPECT(Forward(result.module, Ones({2, 4})).allclose(fake, 0.02, 0.02));
  EXPECT(core::IsPreparedForQat(module));
}

TEST(what_has_no_parameters_or_is_prepared_already_is_refused) {
  const Folder folder;
  const Module module = Prepared(Net(), folder.path());
  EXPECT_CONTAINS(EXPECT_CODE(Prepared(module, folder.path()), "ERR_NOT_QUANTIZABLE"),
                  "prepared already");
  EXPECT_CODE(Prepared(Define("def forward(self, x: Tensor):\n  return x\n"), folder.path()),
              "ERR_NOT_TRAINABLE");
}

}  // namespace
}  // namespace libtorch_node::test

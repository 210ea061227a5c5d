#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/QEngine.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/quantization/prepare.h"
#include "core/quantization/static.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::ObservedModule;
using torch::jit::Module;

/// As PyTorch's MinMaxObserver, symmetric.
Module Observer(c10::ScalarType dtype, int64_t middle) {
  Module module("__torch__.observer.MinMaxObserver");
  const double infinity = std::numeric_limits<double>::infinity();
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("dtype", c10::IntType::get(), static_cast<int64_t>(dtype));
  module.register_attribute("qscheme", c10::IntType::get(), 0);
  module.register_attribute("middle", c10::IntType::get(), middle);
  module.register_buffer("most", at::full({}, -infinity));
  module.define(
      "def forward(self, x: Tensor) -> Tensor:\n"
      "  self.most = torch.max(torch.max(x.abs()), self.most)\n"
      "  return x\n"
      "def calculate_qparams(self) -> Tuple[Tensor, Tensor]:\n"
      "  scale = torch.clamp_min(self.most, 1e-6) / 127.0\n"
      "  return scale.reshape([1]), torch.full([1], self.middle, dtype=4)\n");
  return module;
}

/// A folder with what Observe loads for QNNPACK.
class Folder {
 public:
  Folder() {
    std::filesystem::create_directories(path_);
    Observer(c10::kQUInt8, 128).save((path_ / "minmax.pt").string());
    Observer(c10::kQInt8, 0).save((path_ / "weight.pt").string());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                      ("libtorch_node_static_" + std::to_string(::getpid()));
};

Module Linear() {
  Module module("__torch__.Linear");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("weight", at::full({4, 4}, 0.25), false);
  module.register_parameter("bias", at::zeros({4}), false);
  module.define(
      "def forward(self, x: Tensor) -> Tensor:\n"
      "  return torch.linear(x, self.weight, self.bias)\n");
  return module;
}

/// A module of two layers `a` and `b`.
Module Net(const std::string& forward) {
  Module module("__torch__.Net");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_attribute("calls", c10::IntType::get(), 0);
  module.register_module("a", Linear());
  module.register_module("b", Linear());
  module.define(forward);
  return module;
}

ObservedModule Observed(const Module& source, const std::string& folder,
                        std::vector<std::string> layers) {
  core::PreparedModule prepared{
      core::PrepareForQuantization(source, "test"), {}, core::ExecutorMode::kOff, nullptr};
  core::ObserveOptions options;
  options.layers = std::move(layers);
  options.engine = at::QEngine::QNNPACK;
  options.observers = core::Observers::kMinMax;
  options.folder = folder;
  return core::Observe(std::move(prepared), options);
}

c10::IValue Forward(Module module, const at::Tensor& x) { return module.forward({x}); }

TEST(layers_that_are_not_asked_for_stay_float) {
  const Folder folder;
  const Module net =
      Net("def forward(self, x: Tensor) -> Tensor:\n"
          "  return self.b.forward(torch.relu(self.a.forward(x)))\n");
  ObservedModule observed = Observed(net, folder.path(), {"a"});
  Forward(observed.prepared.module, Ones({2, 4}));
  const core::QuantizationResult result = core::ConvertObserved(observed);
  EXPECT_EQ(result.quantized.size(), 1U);
  EXPECT_EQ(result.quantized[0].name, "a");
  const std::string graph = result.module.get_method("forward").graph()->toString();
  EXPECT_CONTAINS(graph, "quantized::linear_relu");
  EXPECT_CONTAINS(graph, "aten::linear");
  const at::Tensor expected = Forward(net, Ones({2, 4})).toTensor();
  EXPECT(Forward(result.module, Ones({2, 4})).toTensor().allclose(expected, 0.02, 0.02));
}

TEST(branches_that_the_pass_cannot_go_through_are_left_out) {
  const Folder folder;
  const Module net =
      Net("def forward(self, x: Tensor) -> Tensor:\n"
          "  if bool(x.sum() > 100.0):\n"
          "    y = x * 2.0\n"
          "  else:\n"
          "    if bool(x.sum() < -100.0):\n"
          "      y = self.b.forward(x)\n"
          "    else:\n"
          "      y = torch.sin(x)\n"
          "  return self.a.forward(y)\n");
  ObservedModule observed = Observed(net, folder.path(), {"a", "b"});
  Forward(observed.prepared.module, Ones({2, 4}));
  const core::QuantizationResult result = core::ConvertObserved(observed);
  EXPECT_EQ(result.quantized.size() + result.skipped.size(), 2U);
  const at::Tensor expected = Forward(net, Ones({2, 4})).toTensor();
  EXPECT(Forward(result.module, Ones({2, 4})).toTensor().allclose(expected, 0.05, 0.05));
}

TEST(writes_that_would_be_lost_are_refused) {
  const Folder folder;
  const Module net =
      Net("def forward(self, x: Tensor) -> Tensor:\n"
          "  y = self.a.forward(x)\n"
          "  y[0] = 0.0\n"
          "  return self.b.forward(y)\n");
  ObservedModule observed = Observed(net, folder.path(), {"a", "b"});
  Forward(observed.prepared.module, Ones({2, 4}));
  EXPECT_CODE(core::ConvertObserved(observed), "ERR_NOT_QUANTIZABLE");
}

TEST(attributes_are_what_they_were_before_calibration) {
  const Folder folder;
  const Module net =
      Net("def forward(self, x: Tensor) -> Tuple[Tensor, int]:\n"
          "  self.calls += 1\n"
          "  return self.b.forward(self.a.forward(x)), self.calls\n");
  ObservedModule observed = Observed(net, folder.path(), {"a", "b"});
  for (int i = 0; i < 3; ++i) Forward(observed.prepared.module, Ones({2, 4}));
  const core::QuantizationResult result = core::ConvertObserved(observed);
  EXPECT_EQ(result.quantized.size(), 2U);
  EXPECT_EQ(Forward(result.module, Ones({2, 4})).toTupleRef().elements()[1].toInt(), 1);
}

TEST(quantizes_on_several_threads_at_once) {
  const Folder folder;
  const Module net =
      Net("def forward(self, x: Tensor) -> Tensor:\n"
          "  return self.b.forward(torch.relu(self.a.forward(x)))\n");
  std::atomic<std::size_t> quantized = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        ObservedModule observed = Observed(net, folder.path(), {"a", "b"});
        Forward(observed.prepared.module, Ones({2, 4}));
        quantized += core::ConvertObserved(observed).quantized.size();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(quantized.load(), 400U);
}

TEST(observers_that_are_missing_are_an_error) {
  EXPECT_CODE(core::LoadObserver("/nowhere", "minmax"), "ERR_NO_OBSERVERS");
}

}  // namespace
}  // namespace libtorch_node::test

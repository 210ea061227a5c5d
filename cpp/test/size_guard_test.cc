#include "core/tensor/size_guard.h"

#include <ATen/ops/_sparse_coo_tensor_unsafe.h>
#include <ATen/ops/add.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/resize.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::PinStorage;
using core::SizeGuard;

void ResizeRefused(const at::Tensor& tensor) {
  try {
    tensor.resize_({100});
  } catch (const c10::Error&) {
    return;
  }
  Fail(__FILE__, __LINE__, "the storage was resized");
}

TEST(a_refused_resize_leaves_the_tensor_as_it_was) {
  const at::Tensor tensor = at::ones({2, 3}).t();
  PinStorage(tensor);
  SizeGuard guard;
  guard.Watch(tensor);
  ResizeRefused(tensor);
  EXPECT_EQ(tensor.numel(), 100);
  guard.Restore();
  EXPECT(tensor.sizes() == at::IntArrayRef({3, 2}));
  EXPECT(tensor.strides() == at::IntArrayRef({1, 3}));
  EXPECT_EQ(tensor.sum().item<float>(), 6.0F);
}

TEST(a_refused_out_argument_leaves_the_tensor_as_it_was) {
  at::Tensor out = at::zeros({2});
  PinStorage(out);
  SizeGuard guard;
  guard.Watch(out);
  try {
    at::add_out(out, at::ones({8}), at::ones({8}));
    EXPECT(false);
  } catch (const c10::Error&) {
    guard.Restore();
  }
  EXPECT(out.sizes() == at::IntArrayRef({2}));
}

TEST(a_guard_restores_the_storage_that_set_replaced) {
  const at::Tensor tensor = at::ones({100});
  PinStorage(tensor);
  SizeGuard guard;
  guard.Watch(tensor);
  tensor.set_(at::zeros({1}));
  guard.Restore();
  EXPECT_EQ(tensor.sum().item<float>(), 100.0F);
}

TEST(guards_look_into_nested_values) {
  const at::Tensor tensor = at::ones({2});
  PinStorage(tensor);
  c10::Dict<std::string, c10::List<at::Tensor>> dict;
  dict.insert("k", c10::List<at::Tensor>({tensor}));
  SizeGuard guard;
  guard.Watch(c10::IValue(c10::ivalue::Tuple::create(c10::IValue(dict), c10::IValue(1))));
  ResizeRefused(tensor);
  guard.Restore();
  EXPECT(tensor.sizes() == at::IntArrayRef({2}));
}

TEST(tensors_without_a_storage_are_left_alone) {
  const at::Tensor sparse =
      at::_sparse_coo_tensor_unsafe(at::zeros({1, 1}, c10::kLong), at::ones({1}), {3});
  SizeGuard guard;
  for (const at::Tensor& tensor : {at::Tensor(), sparse}) {
    PinStorage(tensor);
    guard.Watch(tensor);
  }
  guard.Restore();
  EXPECT(sparse.sizes() == at::IntArrayRef({3}));
}

TEST(inference_tensors_are_restored_too) {
  at::Tensor tensor;
  SizeGuard guard;
  {
    const c10::InferenceMode on;
    tensor = at::ones({2});
    PinStorage(tensor);
    guard.Watch(tensor);
    ResizeRefused(tensor);
  }
  guard.Restore();
  EXPECT(tensor.sizes() == at::IntArrayRef({2}));
}

TEST(a_run_that_fails_to_resize_its_input_restores_it) {
  const auto engine = DefineEngine("def forward(self, x):\n  return x.resize_([50])");
  const at::Tensor input = Ones({2});
  PinStorage(input);
  for (int round = 0; round < 2; ++round) {
    try {
      Run(engine, {input});
      EXPECT(false);
    } catch (const c10::Error&) {
    } catch (const std::runtime_error& error) {
      EXPECT_CONTAINS(error.what(), "not resizable");
    }
    EXPECT(input.sizes() == at::IntArrayRef({2}));
  }
}

TEST(a_run_that_fails_to_resize_a_buffer_leaves_it_usable) {
  torch::jit::Module module("__torch__.Test");
  module.register_buffer("buffer", Ones({2}));
  module.define(R"(
def grow(self) -> Tensor:
  return self.buffer.resize_([50])
def read(self) -> Tensor:
  return self.buffer + 1
)");
  const auto engine = std::make_shared<core::TorchScriptEngine>(module, core::ExecutorMode::kOff);
  EXPECT_EQ(engine->NamedBuffers().size(), 1U);
  try {
    Run(engine, {}, "grow");
    EXPECT(false);
  } catch (const std::runtime_error& error) {
    EXPECT_CONTAINS(error.what(), "not resizable");
  }
  EXPECT_EQ(Run(engine, {}, "read").toTensor().numel(), 2);
}

}  // namespace
}  // namespace libtorch_node::test

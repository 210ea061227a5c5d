#include "core/tensor/normal_tensor.h"

#include <ATen/ops/_sparse_coo_tensor_unsafe.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/imag.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/quantize_per_tensor.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <functional>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::AsNormal;
using core::AsNormalTensor;
using core::PinnedAlias;

at::Tensor Inferred(const std::function<at::Tensor()>& make) {
  const c10::InferenceMode on;
  return make();
}

TEST(an_inference_tensor_becomes_normal_over_the_same_storage) {
  const at::Tensor inferred = Inferred([] { return at::arange(12).view({3, 4}).t().slice(0, 1); });
  EXPECT(inferred.is_inference());
  const at::Tensor normal = AsNormalTensor(inferred);
  EXPECT(!normal.is_inference());
  EXPECT(normal.is_alias_of(inferred));
  EXPECT(normal.sizes() == inferred.sizes() && normal.strides() == inferred.strides());
  EXPECT_EQ(normal.storage_offset(), inferred.storage_offset());
  EXPECT(normal.equal(inferred));
  normal.add_(1);
  EXPECT_EQ(inferred.sum().item<int64_t>(), normal.sum().item<int64_t>());
  at::Tensor leaf = AsNormalTensor(Inferred([] { return at::ones({2}); }));
  leaf.set_requires_grad(true);
  leaf.mul(3).sum().backward();
  EXPECT_EQ(leaf.grad().sum().item<float>(), 6.0F);
}

TEST(conjugate_and_negative_bits_are_kept) {
  const auto make = [] { return at::complex(at::ones({2}), at::ones({2})); };
  const at::Tensor conjugate = Inferred([&] { return make().conj(); });
  EXPECT(AsNormalTensor(conjugate).is_conj());
  EXPECT(AsNormalTensor(conjugate).equal(make().conj()));
  const at::Tensor negative = Inferred([&] { return at::imag(make().conj()); });
  EXPECT(negative.is_neg() && AsNormalTensor(negative).is_neg());
  EXPECT_EQ(AsNormalTensor(negative).sum().item<float>(), -2.0F);
}

TEST(tensors_of_other_kinds_become_normal_by_copying) {
  const at::Tensor sparse = Inferred([] {
    return at::_sparse_coo_tensor_unsafe(at::zeros({1, 1}, c10::kLong), at::ones({1}), {3});
  });
  EXPECT(!AsNormalTensor(sparse).is_inference());
  EXPECT_EQ(AsNormalTensor(sparse).to_dense().sum().item<float>(), 1.0F);
  const at::Tensor quantized =
      Inferred([] { return at::quantize_per_tensor(at::ones({4}), 0.5, 0, c10::kQInt8); });
  EXPECT(!AsNormalTensor(quantized).is_inference());
  EXPECT_EQ(AsNormalTensor(quantized).dequantize().sum().item<float>(), 4.0F);
}

TEST(undefined_and_normal_tensors_come_back_as_they_are) {
  EXPECT(!AsNormalTensor(at::Tensor()).defined());
  const at::Tensor normal = at::ones({2});
  EXPECT(AsNormalTensor(normal).is_same(normal));
}

TEST(nested_values_become_normal_and_keep_sharing_storage) {
  c10::IValue value;
  {
    const c10::InferenceMode on;
    const at::Tensor tensor = at::ones({4});
    c10::Dict<std::string, at::Tensor> dict;
    dict.insert("half", tensor.slice(0, 2));
    value = c10::ivalue::Tuple::create(c10::IValue(c10::List<at::Tensor>({tensor, tensor})),
                                       c10::IValue(dict), c10::IValue("text"));
  }
  const c10::IValue normal = AsNormal(std::move(value));
  const auto& elements = normal.toTupleRef().elements();
  const at::Tensor first = elements[0].toTensorList().get(0);
  const at::Tensor half = elements[1].toGenericDict().at("half").toTensor();
  EXPECT(!first.is_inference() && !half.is_inference());
  first.fill_(5);
  EXPECT_EQ(half.sum().item<float>(), 10.0F);
  EXPECT_EQ(elements[0].toTensorList().get(1).sum().item<float>(), 20.0F);
  EXPECT_EQ(elements[2].toStringRef(), "text");
}

TEST(lists_that_somebody_else_holds_are_copied) {
  c10::List<at::Tensor> held({Inferred([] { return at::ones({1}); })});
  const c10::IValue normal = AsNormal(c10::IValue(held));
  EXPECT(held.get(0).is_inference());
  EXPECT(!normal.toTensorList().get(0).is_inference());
}

TEST(an_output_that_is_also_an_input_gets_sizes_of_its_own) {
  const auto engine = DefineEngine("def forward(self, x):\n  return x");
  const at::Tensor input = Ones({2, 2});
  const at::Tensor output = Run(engine, {input}).toTensor();
  EXPECT(!output.is_same(input) && output.is_alias_of(input));
  EXPECT(!output.storage().resizable());
  const at::Tensor leaf = Ones({2}).set_requires_grad(true);
  EXPECT(Run(engine, {leaf}, "forward", core::GradState::kGrad).toTensor().is_same(leaf));
}

TEST(a_fresh_output_stays_resizable) {
  const auto engine = DefineEngine("def forward(self, x):\n  return x + 1");
  const at::Tensor output = Run(engine, {Ones({2})}).toTensor();
  EXPECT(!output.is_inference());
  EXPECT(output.storage().resizable());
}

TEST(aliases_keep_requires_grad_and_pin) {
  const at::Tensor leaf = Ones({2}).set_requires_grad(true);
  const at::Tensor alias = PinnedAlias(leaf);
  EXPECT(alias.requires_grad() && alias.is_leaf() && !alias.is_same(leaf));
  EXPECT(!leaf.storage().resizable());
}

}  // namespace
}  // namespace libtorch_node::test

#include "core/ops/number_tensor.h"

#include <ATen/ScalarOps.h>

#include <array>
#include <string_view>

namespace libtorch_node::core {

namespace {

// As should_allow_numbers_as_tensors() of PyTorch's Python binding, without its _out variants.
constexpr std::array<std::string_view, 9> kArithmetic = {
    "add", "sub", "mul", "div", "subtract", "multiply", "divide", "true_divide", "floor_divide"};
constexpr std::array<std::string_view, 4> kCopies = {"to", "_to_copy", "copy_", "copy"};

}  // namespace

bool TakesNumbersAsTensors(const std::string& name) {
  constexpr std::string_view kAten = "aten::";
  std::string_view base = name;
  if (base.substr(0, kAten.size()) == kAten) base.remove_prefix(kAten.size());
  base = base.substr(0, base.find('.'));
  for (const std::string_view known : kCopies) {
    if (base == known) return true;
  }
  if (!base.empty() && base.back() == '_') base.remove_suffix(1);
  for (const std::string_view known : kArithmetic) {
    if (base == known) return true;
  }
  return false;
}

at::Tensor NumberTensor(const c10::Scalar& number) {
  return at::native::wrapped_scalar_tensor(number);
}

}  // namespace libtorch_node::core

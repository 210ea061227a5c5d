#include "core/mobile/xnnpack_registration.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/custom_class.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/mobile/xnnpack_contexts.h"

namespace libtorch_node::core {
namespace {

using LinearPointer = c10::intrusive_ptr<LinearContext>;
using Conv2dPointer = c10::intrusive_ptr<Conv2dContext>;
using TransposeConv2dPointer = c10::intrusive_ptr<TransposeConv2dContext>;

constexpr std::array<const char*, 3> kClasses{"LinearOpContext", "Conv2dOpContext",
                                              "TransposeConv2dOpContext"};
constexpr std::array<const char*, 8> kOperators{
    "linear_clamp_prepack",           "linear_clamp_run",
    "conv2d_clamp_prepack",           "conv2d_clamp_run",
    "conv2d_transpose_clamp_prepack", "conv2d_transpose_clamp_run",
    "unpack_prepacked_sizes_conv2d",  "unpack_prepacked_sizes_linear"};

LinearPointer PrepackLinear(at::Tensor weight, std::optional<at::Tensor> bias, const Bound& min,
                            const Bound& max) {
  return c10::make_intrusive<LinearContext>(LinearState(weight, bias, min, max));
}

Conv2dPointer PrepackConv2d(at::Tensor weight, std::optional<at::Tensor> bias, Sizes stride,
                            Sizes padding, Sizes dilation, std::int64_t groups, const Bound& min,
                            const Bound& max) {
  return c10::make_intrusive<Conv2dContext>(
      Conv2dState(weight, bias, stride, padding, dilation, groups, min, max));
}

TransposeConv2dPointer PrepackTransposeConv2d(at::Tensor weight, std::optional<at::Tensor> bias,
                                              Sizes stride, Sizes padding, Sizes output_padding,
                                              Sizes dilation, std::int64_t groups, const Bound& min,
                                              const Bound& max) {
  return c10::make_intrusive<TransposeConv2dContext>(TransposeConv2dState(
      weight, bias, stride, padding, output_padding, dilation, groups, min, max));
}

template <typename Context>
at::Tensor Run(const at::Tensor& input, const c10::intrusive_ptr<Context>& context) {
  return context->Run(input);
}

c10::IValue SizesOf(const std::optional<at::Tensor>& tensor) {
  if (!tensor || !tensor->defined()) return {};
  return tensor->sizes().vec();
}

c10::IValue UnpackSizesConv2d(const c10::IValue& value) {
  TORCH_CHECK(value.isObject(), "expected a Conv2dOpContext, got ", value.tagKind());
  const auto& [weight, bias, stride, padding, dilation, groups, min, max] =
      value.toCustomClass<Conv2dContext>()->state();
  return c10::ivalue::Tuple::create(
      {SizesOf(weight), SizesOf(bias), stride, padding, dilation, groups});
}

c10::IValue UnpackSizesLinear(const c10::IValue& value) {
  TORCH_CHECK(value.isObject(), "expected a LinearOpContext, got ", value.tagKind());
  const auto& [weight, bias, min, max] = value.toCustomClass<LinearContext>()->state();
  return c10::ivalue::Tuple::create({SizesOf(weight), SizesOf(bias)});
}

template <typename... Parts, std::size_t... index>
std::tuple<Parts...> ReadState(const c10::IValue& state, const std::tuple<Parts...>*,
                               std::index_sequence<index...>) {
  TORCH_CHECK(state.isTuple(), "the state of an XNNPACK object: expected a tuple, got ",
              state.tagKind());
  const std::vector<c10::IValue> parts = state.toTupleRef().elements().vec();
  TORCH_CHECK(parts.size() == sizeof...(Parts), "the state of an XNNPACK object: expected ",
              sizeof...(Parts), " parts, got ", parts.size());
  try {
    return {parts[index].to<Parts>()...};
  } catch (const c10::Error&) {
    TORCH_CHECK(false, "the state of an XNNPACK object has a part of another type than it should");
  }
}

template <typename Context, typename State>
void AddClass(torch::Library& library, const char* name) {
  library.class_<Context>(name).def_pickle(
      [](const c10::intrusive_ptr<Context>& self) -> c10::IValue { return self->state(); },
      [](const c10::IValue& state) {
        constexpr auto kParts = std::make_index_sequence<std::tuple_size_v<State>>();
        constexpr const State* kType = nullptr;
        return c10::make_intrusive<Context>(ReadState(state, kType, kParts));
      });
}

void AddClasses(torch::Library& library) {
  AddClass<LinearContext, LinearState>(library, kClasses[0]);
  AddClass<Conv2dContext, Conv2dState>(library, kClasses[1]);
  AddClass<TransposeConv2dContext, TransposeConv2dState>(library, kClasses[2]);
}

/// PyTorch's own schemas: files were compiled against them.
void AddOperators(torch::Library& library) {
  library.def(
      "linear_clamp_prepack(Tensor W, Tensor? B=None, Scalar? output_min=None, Scalar? "
      "output_max=None) -> __torch__.torch.classes.xnnpack.LinearOpContext",
      PrepackLinear);
  library.def(
      "linear_clamp_run(Tensor X, __torch__.torch.classes.xnnpack.LinearOpContext W_prepack) -> "
      "Tensor Y",
      Run<LinearContext>);
  library.def(
      "conv2d_clamp_prepack(Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] dilation, "
      "int groups, Scalar? output_min=None, Scalar? output_max=None) -> "
      "__torch__.torch.classes.xnnpack.Conv2dOpContext",
      PrepackConv2d);
  library.def(
      "conv2d_clamp_run(Tensor X, __torch__.torch.classes.xnnpack.Conv2dOpContext W_prepack) -> "
      "Tensor Y",
      Run<Conv2dContext>);
  library.def(
      "conv2d_transpose_clamp_prepack(Tensor W, Tensor? B, int[2] stride, int[2] padding, int[2] "
      "output_padding, int[2] dilation, int groups, Scalar? output_min=None, Scalar? "
      "output_max=None) -> __torch__.torch.classes.xnnpack.TransposeConv2dOpContext",
      PrepackTransposeConv2d);
  library.def(
      "conv2d_transpose_clamp_run(Tensor X, "
      "__torch__.torch.classes.xnnpack.TransposeConv2dOpContext W_prepack) -> Tensor Y",
      Run<TransposeConv2dContext>);
  library.def("unpack_prepacked_sizes_conv2d(Any W_prepack) -> Any", UnpackSizesConv2d);
  library.def("unpack_prepacked_sizes_linear(Any W_prepack) -> Any", UnpackSizesLinear);
}

/// One of them twice would end the process; half of them would not fit together.
bool IsAnyThere() {
  auto& dispatcher = c10::Dispatcher::singleton();
  return std::any_of(kClasses.begin(), kClasses.end(),
                     [](const char* name) {
                       const std::string prefix = "__torch__.torch.classes.xnnpack.";
                       return torch::getCustomClass(prefix + name) != nullptr;
                     }) ||
         std::any_of(kOperators.begin(), kOperators.end(), [&](const char* name) {
           return dispatcher.findSchema({std::string("prepacked::") + name, ""}).has_value();
         });
}

}  // namespace

void RegisterXnnpackOperators() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (IsAnyThere()) return;
    // Never destroyed: LibTorch's registry may go before them at exit.
    static torch::Library* const classes =
        new torch::Library(torch::Library::FRAGMENT, "xnnpack", std::nullopt, __FILE__, __LINE__);
    AddClasses(*classes);
    static torch::Library* const operators =
        new torch::Library(torch::Library::FRAGMENT, "prepacked", std::nullopt, __FILE__, __LINE__);
    AddOperators(*operators);
  });
}

}  // namespace libtorch_node::core

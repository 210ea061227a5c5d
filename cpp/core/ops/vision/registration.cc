#include "core/ops/vision/registration.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/library.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/ops/vision/kernels.h"
#include "core/runtime/leaked.h"

namespace libtorch_node::core {
namespace {

constexpr const char* kNamespace = "torchvision";

struct Definition {
  const char* name;
  const char* schema;
};

// torchvision's own schemas: files and scripts were compiled against them.
constexpr std::array<Definition, 7> kDefinitions{{
    {"nms", "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"},
    {"box_iou_rotated", "box_iou_rotated(Tensor boxes1, Tensor boxes2) -> Tensor"},
    {"roi_align",
     "roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt "
     "pooled_width, int sampling_ratio, bool aligned) -> Tensor"},
    {"roi_pool",
     "roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt "
     "pooled_width) -> (Tensor, Tensor)"},
    {"ps_roi_align",
     "ps_roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt "
     "pooled_width, int sampling_ratio) -> (Tensor, Tensor)"},
    {"ps_roi_pool",
     "ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt "
     "pooled_width) -> (Tensor, Tensor)"},
    {"deform_conv2d",
     "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt "
     "stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, "
     "SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor"},
}};

/// How many arguments it takes, and values it returns.
std::pair<std::size_t, std::size_t> Counts(const c10::OperatorHandle& op) {
  const VisionOperatorsInPlace hold;
  return {op.schema().arguments().size(), op.schema().returns().size()};
}

/// Under autocast they compute in float32 and give back the type of their first tensor.
void InFloat(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard once(c10::autocast_dispatch_keyset);
  const auto [count, returns] = Counts(op);
  at::ScalarType dtype = at::kFloat;
  for (std::size_t i = stack->size() - count; i < stack->size(); ++i) {
    c10::IValue& value = (*stack)[i];
    if (!value.isTensor()) continue;
    const at::Tensor tensor = value.toTensor();
    if (i == stack->size() - count) dtype = tensor.scalar_type();
    if (tensor.scalar_type() == at::kHalf || tensor.scalar_type() == at::kBFloat16) {
      value = tensor.to(at::kFloat);
    }
  }
  op.callBoxed(stack);
  for (std::size_t i = stack->size() - returns; i < stack->size(); ++i) {
    c10::IValue& value = (*stack)[i];
    if (value.isTensor() && value.toTensor().is_floating_point()) {
      value = value.toTensor().to(dtype);
    }
  }
}

std::unique_ptr<torch::Library> NewLibrary(torch::Library::Kind kind,
                                           std::optional<c10::DispatchKey> key = std::nullopt) {
  return std::make_unique<torch::Library>(kind, kNamespace, key, __FILE__, __LINE__);
}

std::string FullName(const char* name) { return std::string(kNamespace) + "::" + name; }

bool IsDefined(const char* name) {
  return c10::Dispatcher::singleton().findSchema({FullName(name), ""}).has_value();
}

/// Never destroyed: LibTorch's registry may go before it at exit.
class Registration {
 public:
  std::shared_mutex& mutex() { return mutex_; }

  void Add() {
    const std::lock_guard lock(mutex_);
    if (kernels_ == nullptr) AddKernels();
    Define();
  }

  void Define() {
    for (const Definition& definition : kDefinitions) {
      if (IsDefined(definition.name)) continue;
      if (names_ == nullptr) names_ = NewLibrary(torch::Library::FRAGMENT);
      names_->def(definition.schema);
      for (auto& [key, library] : wrappers_) {
        if (library == nullptr) library = NewLibrary(torch::Library::IMPL, key);
        if (key == c10::DispatchKey::Autograd) {
          library->impl(definition.name, torch::autograd::autogradNotImplementedFallback());
        } else {
          library->impl(definition.name, torch::CppFunction::makeFromBoxedFunction<&InFloat>());
        }
      }
    }
  }

  void StepAside() {
    for (const Definition& definition : kDefinitions) {
      const auto symbol = c10::Symbol::fromQualString(FullName(definition.name));
      for (const auto& op : torch::jit::getAllOperatorsFor(symbol)) kept_.push_back(op);
    }
    for (auto& [key, library] : wrappers_) library.reset();
    names_.reset();
  }

 private:
  struct Wrapper {
    c10::DispatchKey key;
    std::unique_ptr<torch::Library> library;
  };

  void AddKernels() {
    // The lowest priority there is: a kernel for a device wins.
    kernels_ = NewLibrary(torch::Library::IMPL, c10::DispatchKey::CompositeExplicitAutograd);
    kernels_->impl("nms", TORCH_FN(vision::Nms));
    kernels_->impl("box_iou_rotated", TORCH_FN(vision::BoxIouRotated));
    kernels_->impl("roi_align", TORCH_FN(vision::RoiAlign));
    kernels_->impl("roi_pool", TORCH_FN(vision::RoiPool));
    kernels_->impl("ps_roi_align", TORCH_FN(vision::PsRoiAlign));
    kernels_->impl("ps_roi_pool", TORCH_FN(vision::PsRoiPool));
    kernels_->impl("deform_conv2d", TORCH_FN(vision::DeformConv2d));
  }

  std::shared_mutex mutex_;
  /// Nodes of graphs point to their operators without holding them.
  std::vector<std::shared_ptr<torch::jit::Operator>> kept_;
  std::unique_ptr<torch::Library> kernels_;
  std::unique_ptr<torch::Library> names_;
  std::array<Wrapper, 3> wrappers_{{{c10::DispatchKey::Autograd, nullptr},
                                    {c10::DispatchKey::AutocastCPU, nullptr},
                                    {c10::DispatchKey::AutocastCUDA, nullptr}}};
};

Registration& TheRegistration() {
  static Leaked<Registration> registration;
  return registration.get();
}

/// Of this thread, which may then read them as well.
thread_local bool is_exchanging = false;

}  // namespace

void RegisterVisionOperators() { TheRegistration().Add(); }

VisionOperatorsExchange::VisionOperatorsExchange() {
  TheRegistration().mutex().lock();
  is_exchanging = true;
}

VisionOperatorsExchange::~VisionOperatorsExchange() {
  TheRegistration().Define();
  is_exchanging = false;
  TheRegistration().mutex().unlock();
}

void VisionOperatorsExchange::StepAside() { TheRegistration().StepAside(); }

VisionOperatorsInPlace::VisionOperatorsInPlace() {
  if (!is_exchanging) TheRegistration().mutex().lock_shared();
}

VisionOperatorsInPlace::~VisionOperatorsInPlace() {
  if (!is_exchanging) TheRegistration().mutex().unlock_shared();
}

}  // namespace libtorch_node::core

#include <ATen/ops/copy.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <optional>
#include <unordered_set>

#include "core/autograd/backward.h"
#include "core/autograd/parameter.h"
#include "core/autograd/trainable.h"
#include "core/device/available.h"
#include "core/error.h"
#include "core/jit/freeze.h"
#include "core/module/module_copy.h"
#include "core/module/plain_type_name.h"
#include "core/module/torchscript_engine.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Module;

std::string NameOf(const Module& module) {
  const auto& name = module.type()->name();
  return name ? PlainTypeName(name->qualifiedName()) : "";
}

std::string SubmoduleNames(const Module& module) {
  std::string names;
  for (const auto& child : module.named_children()) {
    names += (names.empty() ? "" : ", ") + child.name;
  }
  return names.empty() ? "are none" : "are: " + names;
}

Module Submodule(const Module& root, const std::string& path) {
  Module module = root;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    const std::string name = path.substr(at, dot - at);
    if (!module.hasattr(name) || !module.attr(name).isModule()) {
      throw Error("ERR_NO_ATTRIBUTE", "the module has no submodule '" + path.substr(0, dot) +
                                          "'; there " + SubmoduleNames(module));
    }
    module = module.attr(name).toModule();
    at = dot + 1;
  }
  return module;
}

/// What a module holds itself, constants too, without the names that are LibTorch's own.
std::string AttributeNames(const Module& module) {
  const auto type = module.type();
  std::string names;
  const auto add = [&](const std::string& name) {
    if (!name.starts_with("_")) names += (names.empty() ? "" : ", ") + name;
  };
  for (std::size_t i = 0; i < type->numAttributes(); ++i) add(type->getAttributeName(i));
  for (std::size_t i = 0; i < type->numConstants(); ++i) add(type->getConstantName(i));
  return names.empty() ? "none" : names;
}

struct Place {
  Module module;
  std::string name;
};

/// The submodule and the attribute's own name; throws ERR_NO_ATTRIBUTE.
Place PlaceOf(const Module& root, const std::string& qualified_name) {
  const auto dot = qualified_name.rfind('.');
  const bool nested = dot != std::string::npos;
  Place place{Submodule(root, nested ? qualified_name.substr(0, dot) : ""),
              nested ? qualified_name.substr(dot + 1) : qualified_name};
  if (!place.module.hasattr(place.name)) {
    throw Error("ERR_NO_ATTRIBUTE",
                "the module has no attribute '" + qualified_name + "'" +
                    (nested ? "; '" + qualified_name.substr(0, dot) + "'" : "; it") +
                    " has: " + AttributeNames(place.module));
  }
  return place;
}

at::Tensor GiveOut(const at::Tensor& tensor, bool owns_gradients) {
  return owns_gradients && IsParameter(tensor) ? tensor : PinnedAlias(tensor);
}

template <typename List>
std::vector<std::pair<std::string, at::Tensor>> GiveOutAll(const List& list, bool owns_gradients) {
  std::vector<std::pair<std::string, at::Tensor>> named;
  for (const auto& entry : list) {
    if (entry.value.defined()) named.emplace_back(entry.name, GiveOut(entry.value, owns_gradients));
  }
  return named;
}

/// Each parameter once, also where modules share it.
std::vector<at::Tensor> ParametersOf(const Module& module) {
  std::vector<at::Tensor> parameters;
  std::unordered_set<const void*> seen;
  for (const at::Tensor& parameter : module.parameters()) {
    if (parameter.defined() && seen.insert(parameter.unsafeGetTensorImpl()).second) {
      parameters.push_back(parameter);
    }
  }
  return parameters;
}

std::string ShapeOf(const at::Tensor& tensor) {
  std::string text = "[";
  for (const int64_t size : tensor.sizes()) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

}  // namespace

std::string TorchScriptEngine::TypeName() const { return NameOf(loaded_->module); }

std::vector<std::pair<std::string, at::Tensor>> TorchScriptEngine::NamedParameters() const {
  return GiveOutAll(loaded_->module.named_parameters(), owns_gradients_);
}

std::vector<at::Tensor> TorchScriptEngine::Parameters() const {
  std::vector<at::Tensor> parameters = ParametersOf(loaded_->module);
  for (at::Tensor& parameter : parameters) parameter = GiveOut(parameter, owns_gradients_);
  return parameters;
}

std::vector<std::pair<std::string, at::Tensor>> TorchScriptEngine::NamedBuffers() const {
  return GiveOutAll(loaded_->module.named_buffers(), false);
}

std::vector<std::pair<std::string, std::string>> TorchScriptEngine::NamedModules() const {
  std::vector<std::pair<std::string, std::string>> named;
  for (const auto& entry : loaded_->module.named_modules())
    named.emplace_back(entry.name, NameOf(entry.value));
  return named;
}

std::vector<std::pair<std::string, std::string>> TorchScriptEngine::Attributes(
    const std::string& path) const {
  const auto type = Submodule(loaded_->module, path).type();
  std::vector<std::pair<std::string, std::string>> attributes;
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const auto& held = type->getAttribute(slot);
    if (held->is_module()) continue;
    attributes.emplace_back(type->getAttributeName(slot), held->annotation_str());
  }
  for (std::size_t slot = 0; slot < type->numConstants(); ++slot) {
    attributes.emplace_back(type->getConstantName(slot),
                            type->getConstant(slot).type()->annotation_str());
  }
  return attributes;
}

c10::IValue TorchScriptEngine::Attribute(const std::string& qualified_name) const {
  const Place place = PlaceOf(loaded_->module, qualified_name);
  c10::IValue value = place.module.attr(place.name);
  if (owns_gradients_ && value.isTensor() && IsParameter(value.toTensor())) return value;
  return AsNormal(std::move(value));
}

c10::TypePtr TorchScriptEngine::AttributeType(const std::string& qualified_name) const {
  const Place place = PlaceOf(loaded_->module, qualified_name);
  const auto declared = place.module.type()->findAttribute(place.name);
  return declared ? declared : place.module.attr(place.name).type();
}

void TorchScriptEngine::SetAttribute(const std::string& qualified_name, c10::IValue value) {
  Place place = PlaceOf(loaded_->module, qualified_name);
  const auto declared = place.module.type()->findAttribute(place.name);
  if (!declared) {
    throw Error("ERR_NO_ATTRIBUTE",
                "'" + qualified_name + "' is a constant of the module and cannot be set");
  }
  if (!value.type()->isSubtypeOf(*declared)) {
    throw Error("ERR_INVALID_ARG_TYPE",
                "attribute '" + qualified_name + "': expected " + declared->annotation_str() +
                    ", got " + value.type()->annotation_str(),
                ErrorKind::kType);
  }
  const c10::IValue old = place.module.attr(place.name);
  c10::IValue own = AsNormal(std::move(value));
  // What takes a parameter's place learns as that did.
  if (old.isTensor() && IsParameter(old.toTensor()) && old.toTensor().requires_grad() &&
      own.isTensor() && own.toTensor().is_leaf() && own.toTensor().is_floating_point()) {
    own.toTensor().set_requires_grad(true);
  }
  place.module.setattr(place.name, std::move(own));
  MarkParameters();
}

bool TorchScriptEngine::training() const {
  return loaded_->module.hasattr("training") && loaded_->module.attr("training").toBool();
}

void TorchScriptEngine::Train(bool mode) {
  if (mode) RequireTrainable(loaded_->module);
  loaded_->module.train(mode);
}

void TorchScriptEngine::ZeroGrad(bool set_to_none) const {
  RequireOwnGradients("zeroGrad");
  ZeroGradients(ParametersOf(loaded_->module), set_to_none);
}

void TorchScriptEngine::RequireGrad(bool requires_grad) const {
  RequireOwnGradients("requiresGrad_");
  for (const at::Tensor& parameter : ParametersOf(loaded_->module)) {
    parameter.set_requires_grad(requires_grad);
  }
}

void TorchScriptEngine::RequireOwnGradients(const char* where) const {
  if (owns_gradients_) return;
  throw Error("ERR_NOT_TRAINABLE",
              std::string(where) +
                  ": the module's gradients are kept where it was loaded, and this one was shared "
                  "from elsewhere: clone() it to train it");
}

void TorchScriptEngine::LoadStateDict(
    const std::vector<std::pair<std::string, at::Tensor>>& entries) {
  std::unordered_map<std::string, at::Tensor> own;
  for (const auto& entry : loaded_->module.named_parameters()) own.emplace(entry.name, entry.value);
  for (const auto& entry : loaded_->module.named_buffers()) own.emplace(entry.name, entry.value);
  for (const auto& [name, tensor] : entries) {
    const auto target = own.find(name);
    if (target == own.end() || !target->second.defined()) {
      throw Error("ERR_STATE_DICT", "the module has no parameter or buffer '" + name + "'");
    }
    if (target->second.sizes() != tensor.sizes()) {
      throw Error("ERR_STATE_DICT", "'" + name + "': expected shape " + ShapeOf(target->second) +
                                        ", got " + ShapeOf(tensor));
    }
  }
  const c10::InferenceMode off(false);
  const c10::AutoGradMode no_grad(false);
  for (const auto& [name, tensor] : entries) AsNormalTensor(own.at(name)).copy_(tensor);
}

void TorchScriptEngine::To(std::optional<c10::Device> device, std::optional<c10::ScalarType> dtype,
                           bool non_blocking) {
  if (dtype && !c10::isFloatingType(*dtype) && !c10::isComplexType(*dtype)) {
    throw Error(
        "ERR_INVALID_ARG_VALUE",
        std::string("to: expected a floating point or complex dtype, got ") + c10::toString(*dtype),
        ErrorKind::kType);
  }
  if (device) CheckDevice(*device);
  if (IsFrozen(loaded_->module)) {
    throw Error("ERR_FROZEN",
                "to: the module is frozen: its weights are constants of its graphs and cannot be "
                "moved or cast. Do it before freezing, or load it with { device }");
  }
  MoveTensors(loaded_->module, device, dtype, non_blocking);
  MarkParameters();
}

}  // namespace libtorch_node::core

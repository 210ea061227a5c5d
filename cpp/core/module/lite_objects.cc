#include "core/module/lite_objects.h"

#include <ATen/core/dynamic_type.h>
#include <ATen/core/jit_type.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <exception>
#include <new>
#include <unordered_set>

#include "core/error.h"
#include "core/error_message.h"
#include "core/module/lite_slots.h"

namespace libtorch_node::core {
namespace {

constexpr int kDeepest = 100;

bool IsTree(const c10::IValue& value) { return value.isObject() && !value.isCustomClass(); }

std::string NameOf(const LiteObject& object, std::size_t slot) {
  return object->type()->getAttributeName(slot);
}

template <typename Visit>
void EachTensor(const LiteObject& object, const std::string& prefix, int depth,
                std::unordered_set<const void*>& seen, const Visit& visit) {
  if (depth > kDeepest || !seen.insert(object.get()).second) return;
  for (std::size_t slot = 0, slots = SavedSlots(object); slot < slots; ++slot) {
    const c10::IValue& value = object->slots()[slot];
    const std::string name = prefix + NameOf(object, slot);
    if (value.isTensor() && value.toTensor().defined()) visit(name, value.toTensor());
    if (IsTree(value)) EachTensor(value.toObject(), name + ".", depth + 1, seen, visit);
  }
}

std::string NamesIn(const LiteObject& object) {
  std::string names;
  for (std::size_t slot = 0, slots = SavedSlots(object); slot < slots; ++slot) {
    const std::string& name = NameOf(object, slot);
    if (!name.starts_with("_")) names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "none" : names;
}

[[noreturn]] void ThrowMissing(const LiteObject& object, const std::string& name) {
  throw Error("ERR_NO_ATTRIBUTE",
              "the lite module has no attribute '" + name +
                  "': it was not saved with one, or stripped of it; it has: " + NamesIn(object));
}

/// Containers that the interpreter made have element types of its own kind.
std::string TypeTextOf(const c10::IValue& value) {
  if (value.isTensor()) return "Tensor";
  const c10::TypePtr type = value.type();
  if (!value.isList() && !value.isGenericDict() && !value.isTuple()) return type->annotation_str();
  return c10::DynamicType::create(*type)->fallback()->annotation_str();
}

c10::IValue Slot(const LiteObject& object, const std::string& name, const std::string& asked) {
  for (std::size_t slot = 0, slots = SavedSlots(object); slot < slots; ++slot) {
    if (NameOf(object, slot) == name) return object->slots()[slot];
  }
  ThrowMissing(object, asked);
}

LiteObject Submodule(const LiteObject& root, const std::string& path) {
  LiteObject object = root;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    const c10::IValue value = Slot(object, path.substr(at, dot - at), path.substr(0, dot));
    if (!IsTree(value)) ThrowMissing(object, path.substr(0, dot));
    object = value.toObject();
    at = dot + 1;
  }
  return object;
}

}  // namespace

std::vector<std::pair<std::string, at::Tensor>> NamedTensors(const LiteObject& root) {
  std::vector<std::pair<std::string, at::Tensor>> named;
  std::unordered_set<const void*> seen;
  EachTensor(root, "", 0, seen, [&](const std::string& name, const at::Tensor& tensor) {
    named.emplace_back(name, tensor);
  });
  return named;
}

std::vector<at::Tensor> LearningTensors(const LiteObject& root) {
  std::vector<at::Tensor> learning;
  for (auto& [name, tensor] : NamedTensors(root)) {
    if (tensor.requires_grad()) learning.push_back(tensor);
  }
  return learning;
}

std::vector<std::pair<std::string, std::string>> AttributesOf(const LiteObject& root,
                                                              const std::string& path) {
  const LiteObject object = Submodule(root, path);
  std::vector<std::pair<std::string, std::string>> attributes;
  for (std::size_t slot = 0, slots = SavedSlots(object); slot < slots; ++slot) {
    const c10::IValue& value = object->slots()[slot];
    if (IsTree(value)) continue;
    attributes.emplace_back(NameOf(object, slot), TypeTextOf(value));
  }
  return attributes;
}

c10::IValue AttributeOf(const LiteObject& root, const std::string& qualified_name) {
  const auto dot = qualified_name.rfind('.');
  if (dot == std::string::npos) return Slot(root, qualified_name, qualified_name);
  return Slot(Submodule(root, qualified_name.substr(0, dot)), qualified_name.substr(dot + 1),
              qualified_name);
}

void ThrowAsScriptFailure(const std::string& method) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const torch::jit::JITException&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    const ErrorInfo info = Describe(std::current_exception());
    if (info.code == "ERR_OUT_OF_MEMORY") throw;
    // LibTorch adds where it happened, in brackets, also where the file does not say.
    constexpr std::string_view kNowhere = " ()";
    std::string message = method + ": " + info.message;
    if (message.ends_with(kNowhere)) message.resize(message.size() - kNowhere.size());
    throw Error("ERR_SCRIPT_FAILED", message);
  }
}

}  // namespace libtorch_node::core

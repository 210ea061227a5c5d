#include "core/quantization/attributes.h"

#include <ATen/core/jit_type.h>

#include <map>
#include <set>

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;

/// By class: the names that graphs read or write.
using Names = std::map<c10::ClassTypePtr, std::set<std::string>>;

void Collect(const Block* block, Names& names) {
  for (const Node* node : block->nodes()) {
    if (node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::SetAttr) {
      if (const auto type = node->input(0)->type()->cast<c10::ClassType>()) {
        names[type].insert(node->s(c10::attr::name));
      }
    }
    for (const Block* inner : node->blocks()) Collect(inner, names);
  }
}

void Drop(const Module& module, const Names& names, std::set<const void*>& seen) {
  if (!seen.insert(module._ivalue().get()).second) return;
  for (const Module& child : module.children()) Drop(child, names, seen);
  const auto type = module.type();
  const auto used = names.find(type);
  for (std::size_t slot = type->numAttributes(); slot-- > 0;) {
    const std::string name = type->getAttributeName(slot);
    if (used != names.end() && used->second.contains(name)) continue;
    // Objects of one class share it: all of them go through here, the class once.
    module._ivalue()->unsafeRemoveSlot(slot);
  }
}

void DropFromTypes(const std::set<c10::ClassTypePtr>& types, const Names& names) {
  for (const auto& type : types) {
    const auto used = names.find(type);
    for (std::size_t slot = type->numAttributes(); slot-- > 0;) {
      const std::string name = type->getAttributeName(slot);
      if (used == names.end() || !used->second.contains(name)) type->unsafeRemoveAttribute(name);
    }
  }
}

}  // namespace

std::string AddAttribute(Module& prepared, const std::string& stem, c10::IValue value) {
  std::string name = stem;
  for (std::size_t number = 1; prepared.hasattr(name) || prepared.find_method(name); ++number) {
    name = stem + "_" + std::to_string(number);
  }
  const auto type = value.type();
  prepared.register_attribute(name, type, std::move(value));
  return name;
}

void DropUnusedAttributes(Module& prepared) {
  Names names;
  Collect(prepared.get_method("forward").graph()->block(), names);
  std::set<c10::ClassTypePtr> types;
  for (const Module& module : prepared.modules()) types.insert(module.type());
  std::set<const void*> seen;
  Drop(prepared, names, seen);
  DropFromTypes(types, names);
}

}  // namespace libtorch_node::core

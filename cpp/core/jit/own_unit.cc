#include "core/jit/own_unit.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/jit/inlined_frames.h"
#include "core/quantization/engine.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Block;
using torch::jit::CompilationUnit;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

/// Classes written in C++ belong to the process.
bool IsCustomClass(const c10::TypePtr& type) {
  const auto& name = type->expectRef<c10::ClassType>().name();
  return name && name->qualifiedName().starts_with("__torch__.torch.classes.");
}

/// Classes, interfaces and functions are code that a unit owns; modules are looked at themselves.
bool IsForeign(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::FunctionType:
    case c10::TypeKind::InterfaceType:
      return true;
    case c10::TypeKind::ClassType:
      return !type->expectRef<c10::ClassType>().is_module() && !IsCustomClass(type);
    default:
      const auto contained = type->containedTypes();
      return std::any_of(contained.begin(), contained.end(), IsForeign);
  }
}

bool NamesForeign(const Block* block) {
  const auto of_value = [](const Value* value) { return IsForeign(value->type()); };
  if (std::any_of(block->inputs().begin(), block->inputs().end(), of_value)) return true;
  return std::any_of(block->nodes().begin(), block->nodes().end(), [&](const Node* node) {
    const auto& outputs = node->outputs();
    const auto& blocks = node->blocks();
    return std::any_of(outputs.begin(), outputs.end(), of_value) ||
           std::any_of(blocks.begin(), blocks.end(), NamesForeign);
  });
}

bool IsSameView(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.storage_offset() == b.storage_offset() &&
         a.sizes() == b.sizes() && a.strides() == b.strides() &&
         a.requires_grad() == b.requires_grad();
}

/// Copies objects, tensors and classes, each once.
class Copier {
 public:
  explicit Copier(std::shared_ptr<CompilationUnit> unit) : unit_(std::move(unit)) {}

  Module Copy(const Module& source) {
    const auto known = copies_.find(source._ivalue().get());
    if (known != copies_.end()) return known->second;
    const auto type = source.type();
    const auto found = types_.find(type);
    const bool is_new = found == types_.end();
    Module copy = is_new ? Module(*type->name(), unit_, true)
                         : Module(unit_, found->second->expect<c10::ClassType>());
    types_[type] = copy.type();
    copies_.emplace(source._ivalue().get(), copy);
    for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
      CopySlot(source, slot, copy);
    }
    if (is_new) CopyCode(*type, copy);
    return copy;
  }

 private:
  void CopySlot(const Module& source, std::size_t slot, Module& copy) {
    const auto type = source.type();
    const c10::IValue& value = source._ivalue()->getSlot(slot);
    c10::TypePtr declared = type->getAttribute(slot);
    c10::IValue copied;
    if (value.isModule()) {
      const Module child = Copy(value.toModule());
      // An interface says only what methods there are.
      if (declared->kind() == c10::TypeKind::ClassType) declared = child.type();
      copied = child._ivalue();
    } else {
      copied = value.isTensor() ? Copied(value.toTensor()) : value.deepcopy(values_);
    }
    copy.register_attribute(type->getAttributeName(slot), declared, std::move(copied),
                            type->is_parameter(slot), type->is_buffer(slot));
  }

  /// Once for all names of the same weights: a file gives each name a tensor of its own.
  at::Tensor Copied(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.has_storage() || tensor.is_quantized()) {
      return c10::IValue(tensor).deepcopy(values_).toTensor();
    }
    auto& known = tensors_[tensor.storage().unsafeGetStorageImpl()];
    for (const auto& [source, copy] : known) {
      if (source.is_same(tensor) || IsSameView(source, tensor)) return copy;
    }
    return known.emplace_back(tensor, c10::IValue(tensor).deepcopy(values_).toTensor()).second;
  }

  void CopyCode(const c10::ClassType& type, Module& copy) {
    for (std::size_t i = 0; i < type.numConstants(); ++i) {
      copy.type()->addConstant(type.getConstantName(i), type.getConstant(i));
    }
    const auto remap = [this](const c10::TypePtr& given) {
      const auto found = types_.find(given);
      return found == types_.end() ? given : found->second;
    };
    for (torch::jit::Function* method : type.methods()) {
      const auto* function = torch::jit::tryToGraphFunction(*method);
      if (function == nullptr) continue;
      const auto graph = function->graph()->copy();
      graph->remapTypes(remap);
      auto* made =
          unit_->create_function(c10::QualifiedName(*copy.type()->name(), method->name()), graph);
      copy.type()->addMethod(made);
      made->setSchema(method->getSchema().cloneWithRemappedTypes(remap));
    }
  }

  const std::shared_ptr<CompilationUnit> unit_;
  std::unordered_map<c10::TypePtr, c10::TypePtr> types_;
  std::unordered_map<const void*, Module> copies_;
  c10::IValue::HashIdentityIValueMap values_;
  std::unordered_map<const void*, std::vector<std::pair<at::Tensor, at::Tensor>>> tensors_;
};

}  // namespace

struct OwnUnit::Holder {
  Holder() {
    const std::lock_guard lock(Mutex());
    All().emplace(&unit, this);
  }
  ~Holder() {
    const std::lock_guard lock(Mutex());
    All().erase(&unit);
  }

  static std::mutex& Mutex() {
    static auto* mutex = new std::mutex;
    return *mutex;
  }
  /// Those that live; not destroyed with the process, whose threads may still run.
  static std::unordered_map<const CompilationUnit*, Holder*>& All() {
    static auto* all = new std::unordered_map<const CompilationUnit*, Holder*>;
    return *all;
  }

  void Hold(const std::shared_ptr<CompilationUnit>& origin) {
    if (std::find(origins.begin(), origins.end(), origin) == origins.end()) {
      origins.push_back(origin);
    }
  }

  CompilationUnit unit;
  std::vector<std::shared_ptr<CompilationUnit>> origins;
};

OwnUnit::OwnUnit(const Module& origin)
    : holder_(std::make_shared<Holder>()), unit_(holder_, &holder_->unit) {
  const std::lock_guard lock(Holder::Mutex());
  for (const Module& module : origin.modules()) {
    const auto unit = module._ivalue()->compilation_unit();
    const auto own = Holder::All().find(unit.get());
    if (own == Holder::All().end()) {
      holder_->Hold(unit);
    } else {
      for (const auto& held : own->second->origins) holder_->Hold(held);
    }
  }
}

void OwnUnit::ForgetOrigin(const Module& made) {
  for (const Module& module : made.modules()) {
    for (const auto& method : module.get_methods()) {
      const auto* function = torch::jit::tryToGraphFunction(method.function());
      if (function == nullptr || NamesForeign(function->graph()->block())) return;
    }
  }
  std::vector<std::shared_ptr<CompilationUnit>> forgotten;
  const std::lock_guard lock(Holder::Mutex());
  forgotten.swap(holder_->origins);
}

Module CopyInto(const std::shared_ptr<CompilationUnit>& unit, const Module& module) {
  const UnpackingScope own_engine;
  Module copy = Copier(unit).Copy(module);
  OwnInlinedFrames(copy);
  return copy;
}

}  // namespace libtorch_node::core

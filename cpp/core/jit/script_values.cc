#include "core/jit/script_values.h"

#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/ir/constants.h>

#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

namespace libtorch_node::core {

namespace {

using torch::jit::BuiltinFunction;
using torch::jit::BuiltinModule;
using torch::jit::ErrorReport;
using torch::jit::GraphFunction;
using torch::jit::NamedValue;
using torch::jit::SimpleValue;
using torch::jit::SourceRange;
using torch::jit::SpecialFormValue;
using torch::jit::SugaredTupleValue;
using torch::jit::SugaredValue;
using torch::jit::Value;

SugaredValuePtr Constant(GraphFunction& function, const SourceRange& range, c10::IValue value) {
  return std::make_shared<SimpleValue>(function.graph()->insertConstant(std::move(value), range));
}

SugaredValuePtr Operator(const std::string& name) {
  return std::make_shared<BuiltinFunction>(c10::Symbol::fromQualString("aten::" + name),
                                           std::nullopt);
}

std::map<std::string, int64_t> NamedNumbers() {
  std::map<std::string, int64_t> numbers;
  for (const auto& [name, dtype] : c10::getStringToDtypeMap()) {
    numbers[name] = static_cast<int64_t>(dtype);
  }
  numbers["strided"] = static_cast<int64_t>(c10::kStrided);
  numbers["sparse_coo"] = static_cast<int64_t>(c10::kSparse);
  numbers["contiguous_format"] = static_cast<int64_t>(c10::MemoryFormat::Contiguous);
  numbers["preserve_format"] = static_cast<int64_t>(c10::MemoryFormat::Preserve);
  numbers["channels_last"] = static_cast<int64_t>(c10::MemoryFormat::ChannelsLast);
  numbers["channels_last_3d"] = static_cast<int64_t>(c10::MemoryFormat::ChannelsLast3d);
  return numbers;
}

/// pi, e, inf and nan, of `torch` and of `math`; null for others.
SugaredValuePtr FindNumber(GraphFunction& function, const SourceRange& range,
                           const std::string& name) {
  if (name == "pi") return Constant(function, range, std::numbers::pi);
  if (name == "e") return Constant(function, range, std::numbers::e);
  if (name == "inf") return Constant(function, range, std::numeric_limits<double>::infinity());
  if (name == "nan") return Constant(function, range, std::numeric_limits<double>::quiet_NaN());
  return nullptr;
}

/// A namespace whose names a function finds.
class Namespace final : public SugaredValue {
 public:
  using Find =
      std::function<SugaredValuePtr(GraphFunction&, const SourceRange&, const std::string&)>;
  Namespace(std::string name, Find find) : name_(std::move(name)), find_(std::move(find)) {}

  std::string kind() const override { return "namespace '" + name_ + "'"; }
  SugaredValuePtr attr(const SourceRange& range, GraphFunction& function,
                       const std::string& field) override {
    if (auto found = find_(function, range, field)) return found;
    throw(ErrorReport(range) << "'" << name_ << "." << field << "' is not known to TorchScript");
  }

 private:
  std::string name_;
  Find find_;
};

SugaredValuePtr NewNamespace(std::string name, Namespace::Find find) {
  return std::make_shared<Namespace>(std::move(name), std::move(find));
}

/// torch.linalg.norm is the operator aten::linalg_norm.
SugaredValuePtr Prefixed(const std::string& name, const std::string& prefix) {
  return NewNamespace("torch." + name,
                      [prefix](GraphFunction&, const SourceRange&, const std::string& field) {
                        return Operator(prefix + "_" + field);
                      });
}

SugaredValuePtr Operators() {
  return NewNamespace("torch.ops",
                      [](GraphFunction&, const SourceRange&, const std::string& space) {
                        return std::make_shared<BuiltinModule>(space);
                      });
}

SugaredValuePtr Functional(const FindFunctional& find) {
  return NewNamespace("torch.nn.functional",
                      [find](GraphFunction&, const SourceRange& range, const std::string& field) {
                        return find(field, range);
                      });
}

SugaredValuePtr Nn(const FindFunctional& find) {
  return NewNamespace("torch.nn",
                      [find](GraphFunction&, const SourceRange& range,
                             const std::string& field) -> SugaredValuePtr {
                        if (field == "functional") return Functional(find);
                        throw(ErrorReport(range)
                              << "torch.nn." << field
                              << " is a Python class: give a ScriptModule as a submodule, or use "
                                 "torch.nn.functional");
                      });
}

SugaredValuePtr Jit() {
  return NewNamespace("torch.jit",
                      [](GraphFunction& function, const SourceRange& range,
                         const std::string& field) -> SugaredValuePtr {
                        if (field == "annotate")
                          return SpecialFormValue::create(c10::prim::annotate);
                        if (field == "isinstance")
                          return SpecialFormValue::create(c10::prim::isinstance);
                        if (field == "fork" || field == "_fork")
                          return SpecialFormValue::create(c10::prim::fork);
                        if (field == "wait" || field == "_wait") return Operator("wait");
                        if (field == "is_scripting" || field == "is_tracing") {
                          return std::make_shared<BuiltinFunction>(
                              c10::Symbol::fromQualString("aten::" + field), std::nullopt);
                        }
                        (void)function;
                        (void)range;
                        return nullptr;
                      });
}

SugaredValuePtr Torch(const FindFunctional& functional) {
  return NewNamespace("torch",
                      [functional](GraphFunction& function, const SourceRange& range,
                                   const std::string& field) -> SugaredValuePtr {
                        static const std::map<std::string, int64_t> numbers = NamedNumbers();
                        const auto number = numbers.find(field);
                        if (number != numbers.end())
                          return Constant(function, range, number->second);
                        if (auto found = FindNumber(function, range, field)) return found;
                        if (field == "no_grad") return functional(" no_grad", range);
                        if (field == "nn") return Nn(functional);
                        if (field == "jit") return Jit();
                        if (field == "ops") return Operators();
                        if (field == "linalg" || field == "fft" || field == "special")
                          return Prefixed(field, field);
                        if (field == "autograd") return std::make_shared<BuiltinModule>("aten");
                        return Operator(field);
                      });
}

}  // namespace

Value* ModuleValue::asValue(const SourceRange&, GraphFunction&) { return value_; }

SugaredValuePtr ModuleValue::Plain() const { return std::make_shared<SimpleValue>(value_); }

std::vector<std::string> ModuleValue::Children() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < type_->numAttributes(); ++i) {
    if (type_->getAttribute(i)->is_module()) names.push_back(type_->getAttributeName(i));
  }
  return names;
}

SugaredValuePtr ModuleValue::attr(const SourceRange& range, GraphFunction& function,
                                  const std::string& field) {
  if (const auto constant = type_->findConstant(field)) {
    return Constant(function, range, *constant);
  }
  const auto attribute = type_->findAttribute(field);
  if (attribute == nullptr || !attribute->is_module()) return Plain()->attr(range, function, field);
  Value* value = function.graph()->insertGetAttr(value_, field);
  value->node()->setSourceRange(range);
  return std::make_shared<ModuleValue>(value, attribute->expect<c10::ClassType>());
}

bool ModuleValue::hasAttr(const SourceRange& range, GraphFunction& function,
                          const std::string& field) {
  return type_->hasConstant(field) || Plain()->hasAttr(range, function, field);
}

void ModuleValue::setAttr(const SourceRange& range, GraphFunction& function,
                          const std::string& field, Value* value) {
  const auto attribute = type_->findAttribute(field);
  if (attribute != nullptr && attribute->is_module()) {
    throw(ErrorReport(range) << "the submodule '" << field << "' cannot be replaced");
  }
  Plain()->setAttr(range, function, field, value);
}

SugaredValuePtr ModuleValue::call(const SourceRange& range, GraphFunction& function,
                                  at::ArrayRef<NamedValue> args, at::ArrayRef<NamedValue> kwargs,
                                  std::size_t binders) {
  if (type_->findMethod("forward") == nullptr) {
    throw(ErrorReport(range) << "the module has no method 'forward'");
  }
  return attr(range, function, "forward")->call(range, function, args, kwargs, binders);
}

SugaredValuePtr ModuleValue::iter(const SourceRange& range, GraphFunction& function) {
  std::vector<SugaredValuePtr> modules;
  for (const std::string& name : Children()) modules.push_back(attr(range, function, name));
  return std::make_shared<SugaredTupleValue>(std::move(modules));
}

Value* ModuleValue::len(const SourceRange& range, GraphFunction& function) {
  return function.graph()->insertConstant(static_cast<int64_t>(Children().size()), range);
}

SugaredValuePtr ModuleValue::getitem(const SourceRange& range, GraphFunction& function,
                                     Value* index, c10::TypePtr) {
  const auto constant = torch::jit::toIValue(index);
  const std::vector<std::string> children = Children();
  if (constant && constant->isString() && type_->findAttribute(constant->toStringRef())) {
    return attr(range, function, constant->toStringRef());
  }
  if (!constant || !constant->isInt()) {
    throw(ErrorReport(range) << "modules are indexed by a literal: iterate over them instead");
  }
  const auto count = static_cast<int64_t>(children.size());
  const int64_t at = constant->toInt() < 0 ? constant->toInt() + count : constant->toInt();
  if (at < 0 || at >= count) {
    throw(ErrorReport(range) << "index " << constant->toInt() << " of " << count << " modules");
  }
  return attr(range, function, children[static_cast<std::size_t>(at)]);
}

SugaredValuePtr FindNamespace(const std::string& name, const FindFunctional& functional) {
  if (name == "torch") return Torch(functional);
  if (name == "F") return Functional(functional);
  if (name == "nn") return Nn(functional);
  if (name == "ops") return Operators();
  if (name == "math") {
    return NewNamespace(
        "math", [](GraphFunction& function, const SourceRange& range, const std::string& field) {
          auto number = FindNumber(function, range, field);
          return number != nullptr ? number : Operator(field);
        });
  }
  return nullptr;
}

c10::TypePtr FindDottedType(const std::string& name) {
  if (name == "torch.device") return c10::DeviceObjType::get();
  if (name == "torch.dtype" || name == "torch.layout" || name == "torch.memory_format") {
    return c10::IntType::get();
  }
  if (name == "torch.Size") return c10::ListType::ofInts();
  return nullptr;
}

}  // namespace libtorch_node::core

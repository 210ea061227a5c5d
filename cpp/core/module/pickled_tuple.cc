#include "core/module/pickled_tuple.h"

#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace libtorch_node::core {

c10::IValue ReadPickle(const char* data, std::size_t size, std::uint64_t version) {
  std::size_t at = 0;
  const auto read = [&](char* into, std::size_t count) {
    count = std::min(count, size - at);
    std::memcpy(into, data + at, count);
    at += count;
    return count;
  };
  // Constants may be tensors, and objects of classes written in C++: neither matters here.
  const auto resolve = [](const c10::QualifiedName& name) {
    c10::TypePtr type;
    // Types of constants that are lists of other than numbers, and of dicts, come by here too.
    if (name.qualifiedName().starts_with("List[")) {
      type = c10::ListType::create(c10::AnyType::get());
    } else if (name.qualifiedName().starts_with("Dict[")) {
      type = c10::DictType::create(c10::AnyType::get(), c10::AnyType::get());
    } else {
      type = c10::ClassType::create(name, {});
    }
    return c10::StrongTypePtr(nullptr, std::move(type));
  };
  const auto make = [](const c10::StrongTypePtr&, const c10::IValue&) {
    return c10::intrusive_ptr<c10::ivalue::Object>();
  };
  const auto no_data = [](const std::string&) { return at::DataPtr(nullptr, c10::kCPU); };
  torch::jit::Unpickler unpickler(read, resolve, make, no_data, c10::kCPU, false, nullptr);
  unpickler.set_version(version);
  return unpickler.parse_ivalue();
}

PickledTuple::PickledTuple(const c10::IValue& value, std::string_view subject) : subject_(subject) {
  if (!value.isTuple()) ThrowDamaged("a table is no tuple");
  elements_ = value.toTupleRef().elements().vec();
}

const c10::IValue& PickledTuple::At(std::size_t index) const {
  if (index >= elements_.size()) ThrowDamaged("a table is too short");
  return elements_[index];
}

int64_t PickledTuple::IntAt(std::size_t index) const {
  if (!At(index).isInt()) ThrowDamaged("a number is none");
  return At(index).toInt();
}

const std::string& PickledTuple::TextAt(std::size_t index) const {
  if (!At(index).isString()) ThrowDamaged("a name is none");
  return At(index).toStringRef();
}

PickledTuple PickledTuple::Field(std::size_t index, std::string_view name) const {
  return {FieldValue(index, name), subject_};
}

int64_t PickledTuple::IntField(std::size_t index, std::string_view name) const {
  const c10::IValue& value = FieldValue(index, name);
  if (!value.isInt()) ThrowDamaged("the field '" + std::string(name) + "' is no number");
  return value.toInt();
}

const c10::IValue& PickledTuple::FieldValue(std::size_t index, std::string_view name) const {
  const c10::IValue& pair = At(index);
  if (!pair.isTuple() || pair.toTupleRef().elements().size() != 2) ThrowDamaged("a field is none");
  const auto& elements = pair.toTupleRef().elements();
  if (!elements[0].isString() || elements[0].toStringRef() != name) {
    ThrowDamaged("the field '" + std::string(name) + "' is missing");
  }
  return elements[1];
}

void PickledTuple::ThrowDamaged(const std::string& what) const {
  throw Error("ERR_LOAD_FAILED", std::string(subject_) + " is damaged: " + what);
}

}  // namespace libtorch_node::core

#include "core/module/future_values.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace libtorch_node::core {
namespace {

c10::IValue AwaitList(const c10::List<c10::IValue>& list) {
  if (!MayHoldFutures(*list.elementType())) return list;
  c10::impl::GenericList awaited(c10::AnyType::get());
  awaited.reserve(list.size());
  for (const c10::IValue& item : list.vec()) awaited.push_back(AwaitFutures(item));
  return awaited;
}

c10::IValue AwaitDict(const c10::Dict<c10::IValue, c10::IValue>& dict) {
  if (!MayHoldFutures(*dict.valueType())) return dict;
  c10::impl::GenericDict awaited(dict.keyType(), c10::AnyType::get());
  for (const auto& entry : dict) awaited.insert(entry.key(), AwaitFutures(entry.value()));
  return awaited;
}

c10::IValue AwaitTuple(const c10::ivalue::Tuple& tuple) {
  std::vector<c10::IValue> elements = tuple.elements().vec();
  for (c10::IValue& element : elements) element = AwaitFutures(std::move(element));
  return c10::ivalue::Tuple::createNamed(std::move(elements), tuple.type());
}

}  // namespace

bool MayHoldFutures(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::FutureType:
    case c10::TypeKind::AnyType:
      return true;
    case c10::TypeKind::ListType:
    case c10::TypeKind::DictType:
    case c10::TypeKind::TupleType:
    case c10::TypeKind::OptionalType:
    case c10::TypeKind::UnionType: {
      const auto parts = type.containedTypes();
      return std::any_of(parts.begin(), parts.end(),
                         [](const c10::TypePtr& part) { return MayHoldFutures(*part); });
    }
    default:
      return false;
  }
}

c10::IValue AwaitFutures(c10::IValue value) {
  while (value.isFuture()) {
    const auto future = value.toFuture();
    future->waitAndThrow();
    value = future->value();
  }
  if (value.isTuple()) return AwaitTuple(value.toTupleRef());
  if (value.isList()) return AwaitList(value.toList());
  if (value.isGenericDict()) return AwaitDict(value.toGenericDict());
  return value;
}

}  // namespace libtorch_node::core

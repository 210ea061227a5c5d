#pragma once

#include <ATen/core/jit_type.h>

namespace libtorch_node::core {

/// Whether looking for tensors in containers of this element type is worth the while: lists of a
/// million numbers are not looked through.
inline bool MayHoldTensors(const c10::TypePtr& element) {
  switch (element->kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::ComplexType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::StringType:
      return false;
    default:
      return true;
  }
}

}  // namespace libtorch_node::core

#include "core/module/operator_schemas.h"

#include <torch/csrc/jit/runtime/operator.h>

#include <mutex>

namespace libtorch_node::core {

void MaterializeOperatorSchemas() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const auto& op : torch::jit::getAllOperators()) static_cast<void>(op->schema());
  });
}

}  // namespace libtorch_node::core

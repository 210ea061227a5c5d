#include "core/quantization/operators.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <set>

namespace libtorch_node::core {
namespace {

bool IsForQuantized(const c10::OperatorName& name) {
  const auto op = c10::Dispatcher::singleton().findSchema(name);
  if (!op) return false;
  if (op->hasKernelForDispatchKey(c10::DispatchKey::QuantizedCPU)) return true;
  if (!name.name.starts_with("quantized::")) return false;
  // Declared for all, but with kernels only where the build has the libraries.
  return op->hasKernelForDispatchKey(c10::DispatchKey::CPU) ||
         op->hasKernelForDispatchKey(c10::DispatchKey::CatchAll) ||
         op->hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd);
}

}  // namespace

std::vector<std::string> QuantizedOperators() {
  std::set<std::string> names;
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (IsForQuantized(name)) names.insert(name.name);
  }
  return {names.begin(), names.end()};
}

}  // namespace libtorch_node::core

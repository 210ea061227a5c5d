#include "core/module/script_object.h"

#include <ATen/core/class_type.h>
#include <ATen/core/ivalue_inl.h>

#include <mutex>
#include <utility>

#include "core/error.h"
#include "core/module/call_inputs.h"
#include "core/runtime/run_scope.h"
#include "core/tensor/normal_tensor.h"

namespace libtorch_node::core {

std::vector<torch::jit::Function*> MethodsOf(const c10::ivalue::Object& object) {
  return object.type()->methods();
}

torch::jit::Function& MethodOf(const c10::ivalue::Object& object, const std::string& name) {
  if (torch::jit::Function* method = object.type()->findMethod(name)) return *method;
  std::string names;
  for (const torch::jit::Function* method : MethodsOf(object)) {
    names += (names.empty() ? "" : ", ") + method->name();
  }
  throw Error("ERR_NO_METHOD", object.type()->annotation_str() + " has no method '" + name +
                                   "'; it has: " + (names.empty() ? "none" : names));
}

c10::IValue AttributeOf(const c10::ivalue::Object& object, const std::string& name) {
  if (object.type()->hasAttribute(name)) return object.getAttr(name);
  std::string names;
  for (const auto& attribute : object.type()->getAttributes()) {
    names += (names.empty() ? "" : ", ") + attribute.getName();
  }
  throw Error("ERR_NO_ATTRIBUTE", object.type()->annotation_str() + " has no attribute '" + name +
                                      "'; it has: " + (names.empty() ? "none" : names));
}

c10::IValue RunMethod(const c10::intrusive_ptr<c10::ivalue::Object>& object,
                      torch::jit::Function& method, torch::jit::Stack inputs) {
  // Objects are shared freely and may assign to themselves; their methods are short.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  PrepareInputs(inputs, RunPlace::kHere);
  inputs.insert(inputs.begin(), object);
  c10::IValue result;
  {
    const RunScope scope(ExecutorMode::kOff, GradState::kNoGrad);
    method.run(inputs);
    result = std::move(inputs.back());
  }
  return AsNormal(std::move(result));
}

}  // namespace libtorch_node::core

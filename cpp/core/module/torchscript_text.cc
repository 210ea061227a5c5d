#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/serialization/python_print.h>

#include <sstream>

#include "core/error.h"
#include "core/error_message.h"
#include "core/jit/saveable.h"
#include "core/module/torchscript_engine.h"
#include "core/runtime/exit.h"

namespace libtorch_node::core {

std::string TorchScriptEngine::Graph(const std::string& method, bool inlined) const {
  const Callable& callable = loaded_->callables[FindMethod(method).index];
  const auto* function = torch::jit::tryToGraphFunction(*callable.function);
  if (function == nullptr) {
    throw Error("ERR_NO_METHOD", "the method '" + method + "' is native code and has no graph");
  }
  const auto graph = function->graph()->copy();
  if (inlined) torch::jit::Inline(*graph);
  return graph->toString(false);
}

std::string TorchScriptEngine::Code(const std::string& method) const {
  const Callable& callable = loaded_->callables[FindMethod(method).index];
  std::vector<c10::IValue> constants;
  torch::jit::PrintDepsTable dependencies;
  torch::jit::PythonPrint print(constants, dependencies);
  print.printMethod(*callable.function);
  return print.str();
}

void TorchScriptEngine::Save(const std::string& path, const ExtraFiles& extra_files) const {
  CheckSaveable(loaded_->module);
  const ExitHold hold;
  try {
    loaded_->module.save(path, extra_files);
  } catch (...) {
    const ErrorInfo info = Describe(std::current_exception());
    throw Error("ERR_SAVE_FAILED", path + ": cannot be written: " + info.message);
  }
}

std::string TorchScriptEngine::ToBytes(const ExtraFiles& extra_files) const {
  CheckSaveable(loaded_->module);
  std::ostringstream stream;
  loaded_->module.save(stream, extra_files);
  return std::move(stream).str();
}

}  // namespace libtorch_node::core

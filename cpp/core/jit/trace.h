#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/module/torchscript_engine.h"

namespace libtorch_node::core {

struct Overload;

/// What becomes of one function: its graph, while it runs on this thread. What the function calls
/// is recorded by LibTorch's tracer; what it brings along from outside becomes the module's.
class Trace {
 public:
  using Tensors = std::vector<std::pair<std::string, at::Tensor>>;
  struct Request {
    std::string name;  // the class becomes '__torch__.name'
    std::vector<std::string> argument_names;
    torch::jit::Stack inputs;  // tensors; tuples and string dicts of them
    Tensors parameters;
    Tensors buffers;
  };
  struct Result {
    std::shared_ptr<TorchScriptEngine> engine;
    std::vector<std::string> random_operators;
  };

  /// Calls `function` once with the inputs. Throws what it throws, ERR_TRACE_FAILED, and the errors
  /// of what cannot be in a trace; then nothing of the trace stays.
  static Result Run(Request request, const std::function<c10::IValue(torch::jit::Stack)>& function);

  /// The one that runs on this thread; null outside.
  static Trace* Current();

  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Runs an operator and records it.
  void Call(Overload& overload, torch::jit::Stack& stack);
  /// Records a call of the module's method, and runs it by `run`, which is not traced.
  c10::IValue CallModule(const std::shared_ptr<TorchScriptEngine>& engine, const Method& method,
                         const torch::jit::Stack& inputs, const std::function<c10::IValue()>& run);
  /// The trace fails with the error, also when the function catches it.
  [[noreturn]] void Refuse(const Error& error);
  /// A tensor that the function made of values becomes a constant.
  void Bake(const at::Tensor& tensor);

 private:
  explicit Trace(const std::string& name);

  c10::IValue Start(const Request& request, torch::jit::Stack inputs,
                    const std::function<c10::IValue(torch::jit::Stack)>& function);
  void RecordUndispatched(Overload& overload, torch::jit::Stack& stack);
  /// Gives what comes from outside a place in the module.
  void Lift(const c10::IValue& value);
  void LiftTensor(const at::Tensor& tensor);
  void Register(const std::string& name, const at::Tensor& tensor, bool parameter, bool grad);
  torch::jit::Value* Attribute(const std::string& name);
  std::string FreeName(const char* kind, std::size_t& next) const;

  torch::jit::Module module_;
  std::shared_ptr<torch::jit::tracer::TracingState> state_;
  torch::jit::Node* last_attribute_ = nullptr;
  std::map<std::string, torch::jit::Value*> attributes_;
  std::map<const TorchScriptEngine*, std::string> modules_;
  std::vector<std::shared_ptr<TorchScriptEngine>> kept_;
  std::optional<Error> failure_;
  std::size_t next_parameter_ = 0;
  std::size_t next_buffer_ = 0;
  std::size_t next_module_ = 0;
};

/// LibTorch's tracer does not see what this thread does while it lives.
class TracePause {
 public:
  TracePause() : resume_(torch::jit::tracer::pauseTracing()) {}
  ~TracePause() { resume_(); }
  TracePause(const TracePause&) = delete;
  TracePause& operator=(const TracePause&) = delete;

 private:
  const std::function<void()> resume_;
};

}  // namespace libtorch_node::core

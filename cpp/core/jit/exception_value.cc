#include "core/jit/exception_value.h"

#include <torch/csrc/jit/frontend/schema_matching.h>

#include <set>
#include <utility>

namespace libtorch_node::core {

namespace {

using torch::jit::GraphFunction;
using torch::jit::NamedValue;
using torch::jit::SourceRange;
using torch::jit::Value;

class ExceptionClass final : public torch::jit::SugaredValue {
 public:
  explicit ExceptionClass(std::string name) : name_(std::move(name)) {}

  std::string kind() const override { return "exception"; }

  std::shared_ptr<SugaredValue> call(const SourceRange& range, GraphFunction& function,
                                     at::ArrayRef<NamedValue> args, at::ArrayRef<NamedValue>,
                                     std::size_t) override {
    torch::jit::Graph& graph = *function.graph();
    Value* message = graph.insertConstant(std::string(), range);
    for (const NamedValue& argument : args) {
      Value* text = argument.value(graph);
      if (!text->type()->isSubtypeOf(*c10::StringType::get())) {
        text = torch::jit::emitBuiltinCall(range, graph, c10::aten::str, {text}, {});
      }
      message = torch::jit::emitBuiltinCall(range, graph, c10::aten::add, {message, text}, {});
    }
    Value* python_class = graph.insertConstant("builtins." + name_, range);
    return std::make_shared<torch::jit::ExceptionMessageValue>(message, python_class);
  }

 private:
  const std::string name_;
};

}  // namespace

std::shared_ptr<torch::jit::SugaredValue> FindException(const std::string& name) {
  static const std::set<std::string> names{
      "ArithmeticError", "AssertionError", "AttributeError",      "Exception",     "IndexError",
      "KeyError",        "LookupError",    "NotImplementedError", "OverflowError", "RuntimeError",
      "TypeError",       "ValueError",     "ZeroDivisionError"};
  return names.count(name) > 0 ? std::make_shared<ExceptionClass>(name) : nullptr;
}

}  // namespace libtorch_node::core

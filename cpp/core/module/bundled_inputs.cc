#include <ATen/core/jit_type.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/eq.h>

#include <utility>

#include "core/error.h"
#include "core/module/lite_save.h"

namespace libtorch_node::core {
namespace {

// As in torch.utils.bundled_inputs: from here on one value that fills a tensor is stored once.
constexpr std::int64_t kSmall = 16;

bool IsFilled(const at::Tensor& tensor) {
  return tensor.numel() > kSmall && tensor.is_contiguous() && !tensor.is_quantized() &&
         tensor.eq(tensor.flatten()[0]).all().item<bool>();
}

/// A value as it is stored, and the expression that gives it back.
struct Deflated {
  c10::IValue value;
  std::string expression;
};

Deflated Deflate(const c10::IValue& value, const std::string& stored) {
  if (!value.isTensor() || !value.toTensor().defined()) return {value, stored};
  const at::Tensor tensor = value.toTensor().detach();
  if (!IsFilled(tensor)) return {tensor.clone(), stored};
  return {tensor.flatten()[0].clone().expand(tensor.sizes()), stored + ".contiguous()"};
}

std::string At(std::size_t index) { return "[" + std::to_string(index) + "]"; }

void Bundle(torch::jit::Module& module, const BundledInputs& bundled) {
  const c10::FunctionSchema schema = module.get_method(bundled.method).function().getSchema();
  std::vector<c10::TypePtr> types;
  for (std::size_t i = 1; i < schema.arguments().size(); ++i) {
    types.push_back(schema.arguments()[i].type());
  }
  const auto tuple = c10::TupleType::create(std::move(types));
  c10::impl::GenericList stored(tuple);
  std::string expressions;
  for (std::size_t i = 0; i < bundled.inputs.size(); ++i) {
    std::vector<c10::IValue> elements;
    expressions += "        (";
    for (const c10::IValue& argument : bundled.inputs[i]) {
      auto [value, expression] = Deflate(argument, "deflated" + At(i) + At(elements.size()));
      elements.push_back(std::move(value));
      expressions += expression + ", ";
    }
    expressions += "),\n";
    stored.push_back(c10::ivalue::Tuple::create(std::move(elements)));
  }
  const std::string& name = bundled.method;
  const std::string attribute = "_bundled_inputs_deflated_" + name;
  module.register_attribute(attribute, c10::ListType::create(tuple), stored);
  module.define("def _generate_bundled_inputs_for_" + name + "(self):\n    deflated = self." +
                attribute + "\n    return [\n" + expressions + "    ]\n");
  module.define("def get_all_bundled_inputs_for_" + name +
                "(self):\n    return self._generate_bundled_inputs_for_" + name + "()\n");
  if (name != "forward") return;
  module.define(
      "def get_all_bundled_inputs(self):\n"
      "    return self.get_all_bundled_inputs_for_forward()\n");
  module.define(
      "def get_num_bundled_inputs(self):\n"
      "    return len(self.get_all_bundled_inputs_for_forward())\n");
}

}  // namespace

torch::jit::Module WithBundledInputs(const torch::jit::Module& module,
                                     const std::vector<BundledInputs>& bundled) {
  for (const char* method : {"get_all_bundled_inputs", "get_bundled_inputs_functions_and_info"}) {
    if (!module.find_method(method)) continue;
    throw Error("ERR_BUNDLED_INPUTS",
                "the module has bundled inputs already: save one that was loaded without them");
  }
  // In place: the same tensors under a class of its own, which gets the methods.
  torch::jit::Module copy = module.clone(/*inplace=*/true);
  std::string table =
      "def get_bundled_inputs_functions_and_info(self):\n"
      "    all_inputs: Dict[str, Dict[str, List[str]]] = {}\n";
  for (const BundledInputs& one : bundled) {
    Bundle(copy, one);
    table += "    info_" + one.method + ": Dict[str, List[str]] = {}\n";
    table += "    none_" + one.method + ": List[str] = []\n";
    table += "    info_" + one.method + "['info'] = none_" + one.method + "\n";
    table += "    info_" + one.method +
             "['get_inputs_function_name'] = ['get_all_bundled_inputs_for_" + one.method + "']\n";
    table += "    all_inputs['" + one.method + "'] = info_" + one.method + "\n";
  }
  copy.define(table + "    return all_inputs\n");
  return copy;
}

}  // namespace libtorch_node::core

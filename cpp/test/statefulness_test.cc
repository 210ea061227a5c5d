#include "core/module/statefulness.h"

#include <torch/csrc/jit/api/compilation_unit.h>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

torch::jit::Module WithState() {
  torch::jit::Module module("__torch__.Test");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_attribute("count", c10::IntType::get(), 0);
  module.register_attribute("items", c10::ListType::create(c10::TensorType::get()),
                            c10::List<at::Tensor>());
  module.register_attribute("sizes", c10::ListType::ofInts(), c10::List<int64_t>({1, 2}));
  c10::Dict<std::string, c10::List<int64_t>> table;
  table.insert("a", c10::List<int64_t>({1}));
  module.register_attribute(
      "table", c10::DictType::create(c10::StringType::get(), c10::ListType::ofInts()), table);
  module.register_buffer("batches", Ones({1}));
  return module;
}

bool IsStateful(const std::string& body) {
  torch::jit::Module module = WithState();
  module.define("def forward(self, x: Tensor):\n" + body + "\n");
  return core::TorchScriptEngine(module, core::ExecutorMode::kOff).FindMethod("forward").stateful;
}

core::Effects Effects(const std::string& body) {
  torch::jit::Module module = WithState();
  module.define("def forward(self, x: Tensor):\n" + body + "\n");
  return core::EffectsOf(module.get_method("forward").graph());
}

TEST(assigning_to_an_attribute_is_state) {
  EXPECT(IsStateful("  self.count = self.count + 1\n  return x"));
  EXPECT(IsStateful("  if bool(x.sum() > 0):\n    self.count = 3\n  return x"));
}

TEST(changing_a_list_or_dict_of_an_attribute_is_state) {
  EXPECT(IsStateful("  self.items.append(x)\n  return x"));
  EXPECT(IsStateful("  items = self.items\n  items.append(x)\n  return x"));
  EXPECT(IsStateful("  self.sizes[0] = 4\n  return x"));
  EXPECT(IsStateful("  self.table['b'] = [1]\n  return x"));
  EXPECT(IsStateful("  self.table['a'].append(2)\n  return x"));
  EXPECT(IsStateful("  both = [self.sizes, [1]]\n  both[0].append(1)\n  return x"));
}

TEST(lists_that_a_method_makes_for_itself_are_no_state) {
  EXPECT(!IsStateful("  out = [x]\n  for i in range(3):\n    out.append(x)\n  return out"));
  EXPECT(!IsStateful("  out = {'a': x}\n  out['b'] = x\n  return out"));
  EXPECT(!IsStateful("  out = list(self.sizes)\n  return x + len(out)"));
  EXPECT(!IsStateful(
      "  n = self.sizes[0] + self.table['a'][0]\n  out = [n]\n  out.append(n)\n  return x + n"));
}

TEST(an_object_that_a_method_makes_for_itself_is_no_state) {
  auto graph = std::make_shared<torch::jit::Graph>();
  auto unit = std::make_shared<torch::jit::CompilationUnit>();
  const auto type = c10::ClassType::create("__torch__.Pair", unit);
  type->addAttribute("items", c10::ListType::ofInts());
  auto* object = graph->insertNode(graph->createObject(type))->output();
  auto* list = graph->insertNode(graph->createList(c10::IntType::get(), {}))->output();
  graph->insertNode(graph->createSetAttr(object, "items", list));
  auto* items = graph->insertGetAttr(object, "items");
  graph->insert(c10::aten::append, {items, graph->insertConstant(1)});
  EXPECT(!core::EffectsOf(graph).stateful);
}

TEST(writing_into_tensors_in_place_is_no_state) {
  EXPECT(!IsStateful("  self.batches.add_(1)\n  return x"));
  EXPECT(!IsStateful("  return x.relu_()"));
  EXPECT(Effects("  self.batches.add_(1)\n  return x").writes_tensors);
  EXPECT(Effects("  self.batches[0] = 1\n  return x").writes_tensors);
  EXPECT(!Effects("  return torch.relu(x).add_(1)").writes_tensors);
  EXPECT(!Effects("  return x.add_(1)").writes_tensors);
}

TEST(operators_that_may_resize_are_found) {
  EXPECT(Effects("  return x.resize_([3])").may_resize);
  EXPECT(Effects("  return torch.add(x, x, out=x)").may_resize);
  EXPECT(!Effects("  return x.add_(1)").may_resize);
  EXPECT(!Effects("  return x + 1").may_resize);
}

TEST(forks_are_found_and_looked_into) {
  torch::jit::Module module = WithState();
  module.define(
      "def add(self, x: Tensor) -> Tensor:\n  self.items.append(x)\n  return x\n"
      "def forward(self, x: Tensor):\n  return torch.wait(fork(self.add, x))\n",
      MakeResolver());
  EXPECT(core::TorchScriptEngine(module, core::ExecutorMode::kOff).FindMethod("forward").stateful);
  const auto engine = DefineEngine(R"(
def worker(self, x: Tensor) -> Tensor:
  return x + 1
def forward(self, x: Tensor) -> Tensor:
  return torch.wait(fork(self.worker, x))
)");
  EXPECT(!engine->FindMethod("forward").stateful);
}

TEST(a_call_that_cannot_be_seen_through_counts_as_state) {
  const auto graph = std::make_shared<torch::jit::Graph>();
  auto* self = graph->addInput("self");
  graph->insertNode(graph->create(c10::prim::CallMethod, {self}))->s_(c10::attr::name, "run");
  EXPECT(core::EffectsOf(graph).stateful);
}

}  // namespace
}  // namespace libtorch_node::test

#include "core/module/lite_engine.h"

#include <ATen/ops/rand.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "core/module/lite_backport.h"
#include "core/module/lite_load.h"
#include "core/module/lite_save.h"
#include "core/module/load.h"
#include "core/module/reader_stream.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::LiteEngine;

std::string Lite(const torch::jit::Module& module, const core::LiteSaveOptions& options = {}) {
  return core::LiteBytes(module, options);
}

core::Source Memory(const std::string& bytes) {
  core::Source source;
  source.data = bytes.data();
  source.size = bytes.size();
  return source;
}

std::shared_ptr<LiteEngine> Load(const std::string& bytes) {
  return std::dynamic_pointer_cast<LiteEngine>(core::Load(Memory(bytes), {}).engine);
}

bool IsStateful(const torch::jit::Module& module) {
  return Load(Lite(module))->FindMethod("forward").stateful;
}

/// Holds a list of strings, a dict of lists, a counter and a weight.
torch::jit::Module Holder(const std::string& source) {
  torch::jit::Module module("__torch__.Holder");
  c10::List<std::string> names({"a", "b"});
  module.register_attribute("names", c10::ListType::create(c10::StringType::get()), names);
  c10::Dict<std::string, c10::List<int64_t>> table;
  table.insert("x", c10::List<int64_t>({1, 2}));
  module.register_attribute(
      "table",
      c10::DictType::create(c10::StringType::get(), c10::ListType::create(c10::IntType::get())),
      table);
  module.register_attribute("count", c10::IntType::get(), int64_t{0});
  module.register_parameter("weight", Ones({2}), false);
  module.define(source + "\n");
  return module;
}

TEST(a_lite_module_runs_and_tells_what_it_holds) {
  const auto engine =
      Load(Lite(Holder("def forward(self, x: Tensor, times: int = 2):\n"
                       "  return x * self.weight * times")));
  EXPECT(engine->format() == core::Format::kLite);
  EXPECT_EQ(engine->TypeName(), "__torch__.Holder");
  EXPECT_EQ(engine->BytecodeVersion(), 8);
  const auto& arguments = engine->FindMethod("forward").schema->arguments();
  EXPECT_EQ(arguments.size(), 3U);
  EXPECT(!arguments[1].default_value());
  EXPECT_EQ(arguments[1].type()->annotation_str(), "Tensor");
  EXPECT_EQ(arguments[2].default_value()->toInt(), 2);
  EXPECT_EQ(Run(engine, {Ones({2}), int64_t{3}}).toTensor().sum().item<float>(), 6.0F);
  EXPECT_EQ(engine->NamedParameters().size(), 1U);
  EXPECT_EQ(engine->Attribute("names").toListRef()[1].toStringRef(), "b");
  const std::string message = EXPECT_CODE(engine->Attribute("nope"), "ERR_NO_ATTRIBUTE");
  EXPECT_CONTAINS(message, "names");
}

TEST(assigning_to_attributes_makes_a_lite_module_stateful) {
  EXPECT(IsStateful(Holder("def forward(self) -> int:\n  self.count += 1\n  return self.count")));
  EXPECT(!IsStateful(Holder("def forward(self) -> int:\n  return self.count")));
}

TEST(changing_what_attributes_hold_makes_a_lite_module_stateful) {
  EXPECT(IsStateful(Holder("def forward(self):\n  self.names.append('c')\n  return 0")));
  EXPECT(IsStateful(Holder("def forward(self):\n  self.table['x'].append(1)\n  return 0")));
  EXPECT(
      IsStateful(Holder("def forward(self):\n  both = [self.table['x'], [1]]\n"
                        "  both[0].append(1)\n  return 0")));
  EXPECT(
      IsStateful(Holder("def forward(self, n: int):\n  got = [1]\n  for i in range(n):\n"
                        "    got.append(i)\n    got = self.table['x']\n  return got")));
  EXPECT(
      IsStateful(Holder("def forward(self, flag: bool):\n"
                        "  got = self.table['x'] if flag else [1]\n"
                        "  got.append(3)\n  return got")));
}

TEST(changing_lists_of_its_own_does_not) {
  EXPECT(
      !IsStateful(Holder("def forward(self, n: int):\n  got: List[str] = []\n"
                         "  for i in range(n):\n    got.append(self.names[i])\n  return got")));
  EXPECT(
      !IsStateful(Holder("def forward(self):\n  got: Dict[str, int] = {}\n"
                         "  for name in self.names:\n    got[name] = len(self.table['x'])\n"
                         "  return got")));
  EXPECT(!IsStateful(Holder("def forward(self, x: Tensor):\n  return x + self.table['x'][0]")));
}

TEST(a_shared_stateful_lite_module_has_attributes_of_its_own) {
  const auto engine =
      Load(Lite(Holder("def forward(self) -> int:\n  self.count += 1\n  return self.count")));
  EXPECT_EQ(Run(engine, {}).toInt(), 1);
  const auto shared = engine->Share();
  EXPECT(shared->gate() == engine->gate());
  EXPECT(shared->lane() != engine->lane());
  EXPECT_EQ(Run(shared, {}).toInt(), 2);
  EXPECT_EQ(Run(shared, {}).toInt(), 3);
  EXPECT_EQ(Run(engine, {}).toInt(), 2);
  const auto weights = [](const std::shared_ptr<core::Engine>& of) {
    return std::dynamic_pointer_cast<LiteEngine>(of)->NamedParameters()[0].second.data_ptr();
  };
  EXPECT_EQ(weights(shared), weights(engine));
}

TEST(a_stateless_lite_module_runs_on_many_threads_at_once) {
  const auto engine =
      Load(Lite(Holder("def forward(self, n: int):\n  got: List[str] = []\n  for i in range(n):\n"
                       "    got.append(self.names[i % 2])\n  return ''.join(got)")));
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        right += Run(engine, {int64_t{5}}).toStringRef() == "ababa" ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 4 * 500);
}

TEST(failures_of_operators_are_failures_of_the_script) {
  const auto engine = Load(Lite(Holder("def forward(self, x: Tensor):\n  return x.matmul(x)")));
  const std::string message = EXPECT_CODE(Run(engine, {Ones({2, 3})}), "ERR_SCRIPT_FAILED");
  EXPECT_EQ(message.rfind("forward: ", 0), 0U);
}

TEST(missing_operators_are_named) {
  const auto missing = core::MissingOperators({"aten::linear", "no::such.op", "aten::add.Tensor"});
  EXPECT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0], "no::such.op");
}

TEST(bytecode_is_brought_to_older_versions) {
  const std::string bytes = Lite(Holder("def forward(self, x: Tensor):\n  return x + 1"));
  for (int64_t version = 4; version < 8; ++version) {
    const auto older = Load(core::Backport(Memory(bytes), version));
    EXPECT_EQ(older->BytecodeVersion(), version);
    EXPECT_EQ(Run(older, {Ones({2})}).toTensor().sum().item<float>(), 4.0F);
  }
  for (const int64_t version : {-1, 0, 3, 8, 9, 1000}) {
    EXPECT_CONTAINS(EXPECT_CODE(core::Backport(Memory(bytes), version), "ERR_BACKPORT"), "4 to 7");
  }
  EXPECT_CODE(core::Backport(Memory("nothing"), 5), "ERR_NOT_A_MODULE");
}

TEST(bundled_inputs_come_back) {
  const auto module = Holder("def forward(self, x: Tensor, n: int):\n  return x * n");
  core::LiteSaveOptions options;
  options.bundled_inputs.push_back(
      {"forward", {{Ones({20, 3}), int64_t{2}}, {Ones({2}), int64_t{3}}}});
  const auto engine = Load(Lite(module, options));
  const auto all = Run(engine, {}, "get_all_bundled_inputs").toListRef().vec();
  EXPECT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].toTupleRef().elements()[0].toTensor().sum().item<float>(), 60.0F);
  EXPECT_EQ(all[1].toTupleRef().elements()[1].toInt(), 3);
  EXPECT(!engine->FindMethod("forward").stateful);
  EXPECT_EQ(module.get_methods().size(), 1U);
}

TEST(a_reader_is_a_stream) {
  const std::string bytes = "0123456789";
  core::ReaderStream stream(
      std::make_shared<core::MemoryReader>(bytes.data(), bytes.size(), nullptr));
  std::string four(4, ' ');
  EXPECT_EQ(static_cast<char>(stream.get()), '0');
  EXPECT_EQ(static_cast<char>(stream.peek()), '1');
  stream.read(four.data(), 4);
  EXPECT_EQ(four, "1234");
  EXPECT_EQ(static_cast<int>(stream.tellg()), 5);
  stream.seekg(-2, std::ios::end);
  stream.read(four.data(), 4);
  EXPECT_EQ(stream.gcount(), 2);
  EXPECT(stream.eof());
  stream.clear();
  stream.seekg(11);
  EXPECT(stream.fail());
}

}  // namespace
}  // namespace libtorch_node::test

#include "core/module/load.h"

#include <c10/core/InferenceMode.h>

#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::Load;
using core::Loaded;
using core::LoadOptions;
using core::Source;

constexpr char kDouble[] = "def forward(self, x):\n  return x * self.weight";

torch::jit::Module Sample() {
  torch::jit::Module module("__torch__.Sample");
  module.register_parameter("weight", Ones({3}).mul(2), false);
  module.define(std::string(kDouble) + "\n");
  return module;
}

std::string BytesWithExtras(const torch::jit::ExtraFilesMap& extra) {
  std::ostringstream stream;
  Sample().save(stream, extra);
  return std::move(stream).str();
}

Loaded LoadBytes(const std::string& bytes, const LoadOptions& options = {}) {
  Source source;
  source.data = bytes.data();
  source.size = bytes.size();
  return Load(source, options);
}

float Result(const Loaded& loaded) {
  return Run(loaded.engine, {Ones({3})}).toTensor().sum().item<float>();
}

TEST(a_module_loads_from_memory_and_from_a_file) {
  const std::string bytes = Bytes(Sample());
  EXPECT_EQ(Result(LoadBytes(bytes)), 6.0F);
  const TemporaryFile file(bytes, ".weights");
  Source source;
  source.path = file.path();
  EXPECT_EQ(Result(Load(source, {})), 6.0F);
}

TEST(memory_may_go_once_a_module_is_loaded) {
  auto bytes = std::make_unique<std::string>(Bytes(Sample()));
  const Loaded loaded = LoadBytes(*bytes);
  bytes.reset();
  EXPECT_EQ(Result(loaded), 6.0F);
}

TEST(every_truncation_of_a_module_is_refused) {
  const std::string bytes = Bytes(Sample());
  std::map<std::string, int> codes;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    try {
      LoadBytes(part);
      // The comment at the end of a zip file may be missing, nothing else.
      Fail(__FILE__, __LINE__,
           "loaded " + std::to_string(size) + " bytes of " + std::to_string(bytes.size()));
    } catch (const core::Error& error) {
      ++codes[error.code()];
    }
  }
  EXPECT_EQ(codes.size(), 1U);
  EXPECT_EQ(codes.begin()->first, "ERR_NOT_A_MODULE");
}

TEST(damaged_modules_load_or_are_refused_with_a_code) {
  const std::string bytes = Bytes(Sample());
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(~damaged[at]);
    try {
      LoadBytes(damaged);
    } catch (const core::Error&) {
      ++refused;
    }
  }
  EXPECT(refused > 0);
}

TEST(sizes_that_the_file_cannot_hold_are_refused_before_anything_is_allocated) {
  std::string bytes = Bytes(Sample());
  const auto entry = bytes.rfind("PK\x01\x02");
  bytes.replace(entry + 24, 4, "\xFF\xFF\xFF\x7F");
  EXPECT_CONTAINS(EXPECT_CODE(LoadBytes(bytes), "ERR_LOAD_FAILED"), "more than the file can hold");
}

TEST(extra_files_are_all_read_unless_some_are_named) {
  const std::string bytes =
      BytesWithExtras({{"labels.txt", "cat"}, {"sub/a.bin", std::string("\0x", 2)}});
  auto all = LoadBytes(bytes).extra_files;
  EXPECT_EQ(all.size(), 2U);
  EXPECT_EQ(all["labels.txt"], "cat");
  EXPECT_EQ(all["sub/a.bin"], std::string("\0x", 2));
  LoadOptions options;
  options.extra_files = std::vector<std::string>{"labels.txt", "missing"};
  EXPECT_EQ(LoadBytes(bytes, options).extra_files.size(), 1U);
  options.extra_files = std::vector<std::string>{};
  EXPECT_EQ(LoadBytes(bytes, options).extra_files.size(), 0U);
}

TEST(a_device_that_is_not_there_is_named_with_those_that_are) {
  LoadOptions options;
  options.device = c10::Device(c10::kCUDA, 99);
  const std::string message =
      EXPECT_CODE(LoadBytes(Bytes(Sample()), options), "ERR_DEVICE_UNAVAILABLE");
  EXPECT_CONTAINS(message, "cuda:99");
  EXPECT_CONTAINS(message, "there is cpu");
}

TEST(parameters_can_be_trained_even_when_loading_under_inference_mode) {
  const std::string bytes = Bytes(Sample());
  const c10::InferenceMode on;
  const auto engine = std::dynamic_pointer_cast<core::TorchScriptEngine>(LoadBytes(bytes).engine);
  for (const at::Tensor& parameter : engine->module().parameters())
    EXPECT(!parameter.is_inference());
}

TEST(flatbuffer_modules_load_when_they_are_allowed) {
  std::ostringstream stream;
  Sample()._save_for_mobile(stream, {}, false, true);
  const std::string bytes = std::move(stream).str();
  EXPECT_CODE(LoadBytes(bytes), "ERR_FLATBUFFER_REFUSED");
  LoadOptions options;
  options.allow_flatbuffer = true;
  EXPECT_EQ(Result(LoadBytes(bytes, options)), 6.0F);
}

TEST(bytecode_decides_for_the_lite_interpreter_unless_a_format_is_asked_for) {
  std::ostringstream stream;
  Sample()._save_for_mobile(stream);
  const std::string bytes = std::move(stream).str();
  EXPECT(LoadBytes(bytes).engine->format() == core::Format::kLite);
  LoadOptions options;
  options.format = core::Format::kTorchScript;
  EXPECT(LoadBytes(bytes, options).engine->format() == core::Format::kTorchScript);
  options.format = core::Format::kLite;
  EXPECT_CODE(LoadBytes(Bytes(Sample()), options), "ERR_UNSUPPORTED_FORMAT");
}

TEST(modules_load_on_many_threads_at_once) {
  const std::string bytes = Bytes(Sample());
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      LoadOptions options;
      options.executor = static_cast<core::ExecutorMode>(i % 3);
      for (int round = 0; round < 15; ++round) right += Result(LoadBytes(bytes, options)) == 6.0F;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 8 * 15);
}

TEST(a_load_that_fails_inside_libtorch_says_why_without_frames) {
  torch::jit::Module module("__torch__.Sample");
  module.define("def forward(self, x):\n  return x\n");
  std::string bytes = Bytes(module);
  const auto at = bytes.find("__torch__\nSample");
  EXPECT(at != std::string::npos);
  bytes.replace(at, 16, "__torch__\nSampl_");
  const std::string message = EXPECT_CODE(LoadBytes(bytes), "ERR_LOAD_FAILED");
  EXPECT_EQ(message.find("the given bytes: "), 0U);
  EXPECT(message.find("frame #") == std::string::npos);
}

}  // namespace
}  // namespace libtorch_node::test

#include "core/error_message.h"

#include <ATen/ops/empty.h>

#include <new>

#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::Describe;
using core::ErrorInfo;
using core::ErrorKind;
using core::Scrub;

template <typename Body>
ErrorInfo Caught(const Body& body) {
  try {
    body();
  } catch (...) {
    return Describe(std::current_exception());
  }
  Fail(__FILE__, __LINE__, "expected an exception");
}

TEST(our_own_errors_are_told_as_they_are) {
  const auto info = Caught([] { throw core::Error("ERR_X", "/a/b.py failed", ErrorKind::kRange); });
  EXPECT_EQ(info.code, "ERR_X");
  EXPECT_EQ(info.message, "/a/b.py failed");
  EXPECT(info.kind == ErrorKind::kRange);
}

TEST(libtorchs_error_classes_have_codes) {
  EXPECT_EQ(Caught([] { TORCH_CHECK_INDEX(false, "far"); }).code, "ERR_INDEX");
  EXPECT(Caught([] { TORCH_CHECK_INDEX(false, "far"); }).kind == ErrorKind::kRange);
  EXPECT_EQ(Caught([] { TORCH_CHECK_TYPE(false, "odd"); }).code, "ERR_TYPE");
  EXPECT_EQ(Caught([] { TORCH_CHECK_VALUE(false, "bad"); }).code, "ERR_VALUE");
  EXPECT_EQ(Caught([] { TORCH_CHECK_NOT_IMPLEMENTED(false, "none"); }).code, "ERR_NOT_IMPLEMENTED");
  EXPECT_EQ(Caught([] { TORCH_CHECK_LINALG(false, "singular"); }).code, "ERR_LINALG");
  EXPECT_EQ(Caught([] { TORCH_CHECK(false, "plain"); }).code, "ERR_TORCH");
  EXPECT_EQ(Caught([] { TORCH_CHECK(false, "plain"); }).message, "plain");
  EXPECT_EQ(Caught([] { throw c10::OutOfMemoryError("gone"); }).code, "ERR_OUT_OF_MEMORY");
  EXPECT_EQ(Caught([] { throw std::bad_alloc(); }).code, "ERR_OUT_OF_MEMORY");
  EXPECT_EQ(Caught([] { throw 3; }).code, "ERR_INTERNAL");
  EXPECT_EQ(Caught([] { throw std::out_of_range("map::at"); }).code, "ERR_INTERNAL");
}

TEST(an_impossible_allocation_is_out_of_memory) {
  const auto info = Caught([] { static_cast<void>(at::empty({int64_t{1} << 50})); });
  EXPECT_EQ(info.code, "ERR_OUT_OF_MEMORY");
  EXPECT_EQ(info.message.find("DefaultCPUAllocator"), 0U);
}

TEST(an_operator_that_runs_out_of_memory_inside_a_script_is_out_of_memory) {
  const auto engine = DefineEngine("def forward(self, x):\n  return torch.ones([1 << 50])");
  EXPECT_EQ(Caught([&] { Run(engine, {Ones({1})}); }).code, "ERR_OUT_OF_MEMORY");
  const auto info = Caught([] {
    throw std::runtime_error(
        "The following operation failed in the TorchScript interpreter.\n"
        "Traceback\nRuntimeError: CUDA out of memory. Tried to allocate 4096.00 GiB.");
  });
  EXPECT_EQ(info.code, "ERR_OUT_OF_MEMORY");
}

TEST(a_missing_kernel_names_the_backends_that_have_one) {
  EXPECT_EQ(
      Scrub("Could not run 'aten::x' with arguments from the 'CUDA' backend. This could be "
            "because the operator doesn't exist for this backend. 'aten::x' is only available "
            "for these backends: [CPU, Meta, BackendSelect, Python].\n\nCPU: registered at x"),
      "Could not run 'aten::x' with arguments from the 'CUDA' backend; there is a kernel for "
      "CPU, Meta");
}

TEST(what_a_script_raises_keeps_its_python_class) {
  const auto engine = DefineEngine(
      "def forward(self, x):\n  prim.RaiseException('no good', 'builtins.ValueError')\n  return x");
  const auto info = Caught([&] { Run(engine, {Ones({1})}); });
  EXPECT_EQ(info.code, "ERR_SCRIPT_RAISED");
  EXPECT_EQ(info.message.find("ValueError: no good\nTraceback of TorchScript"), 0U);
  EXPECT_EQ(info.detail, "builtins.ValueError");
}

TEST(a_failing_operator_in_a_script_says_the_cause_first) {
  const auto engine = DefineEngine("def forward(self, x):\n  return x @ x");
  const auto info = Caught([&] { Run(engine, {Ones({2, 3})}); });
  EXPECT_EQ(info.code, "ERR_SCRIPT_FAILED");
  EXPECT_EQ(info.message.find("mat1 and mat2"), 0U);
  EXPECT_CONTAINS(info.message, "Traceback of TorchScript");
  EXPECT(info.message.find("frame #") == std::string::npos);
}

TEST(code_that_does_not_compile_is_a_compile_error) {
  const auto info = Caught([] { Define("def forward(self, x):\n  return nothing_like_it(x)"); });
  EXPECT_EQ(info.code, "ERR_COMPILE");
  EXPECT_EQ(info.message.find("undefined value"), 0U);
}

TEST(folders_of_source_files_are_cut_off) {
  EXPECT_EQ(Scrub("  File \"/home/some one/train/model.py\", line 3"), "File \"model.py\", line 3");
  EXPECT_EQ(Scrub("at /usr/lib/torch/nn/linear.py(114): forward"), "at linear.py(114): forward");
  EXPECT_EQ(Scrub("C:\\work\\net.py(3)"), "net.py(3)");
  EXPECT_EQ(Scrub("code/__torch__/net.py"), "code/__torch__/net.py");
  EXPECT_EQ(Scrub("cannot open /data/model.pt, and 3 / 4"),
            "cannot open /data/model.pt, and 3 / 4");
  EXPECT_EQ(Scrub("a/b c"), "a/b c");
  EXPECT_EQ(Scrub("/"), "/");
}

TEST(cpp_backtraces_are_cut_out) {
  EXPECT_EQ(Scrub("bad\nException raised from f at /a/b.cpp:1 (most recent call first):\n"
                  "frame #0: x + 0x1\nframe #1: y\nTraceback of TorchScript"),
            "bad\nTraceback of TorchScript");
  EXPECT_EQ(Scrub("bad\nException raised from f"), "bad");
}

}  // namespace
}  // namespace libtorch_node::test

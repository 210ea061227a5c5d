#include <ATen/ops/add.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "core/jit/compile.h"
#include "core/jit/trace.h"
#include "core/jit/trace_guard.h"
#include "core/ops/operator_set.h"
#include "test/check.h"

namespace libtorch_node::test {
namespace {

using c10::IValue;
using core::ScriptCompiler;
using core::Trace;

IValue RunForward(core::TorchScriptEngine& engine, torch::jit::Stack inputs) {
  return engine.Run(engine.FindMethod("forward"), std::move(inputs));
}

std::string CodeOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const core::Error& error) {
    return error.code();
  }
  return "";
}

TEST(a_script_becomes_a_module_with_what_it_was_given) {
  ScriptCompiler compiler(
      "class Pair(NamedTuple):\n    x: Tensor\n    n: int\n"
      "def forward(self, x: Tensor) -> Tensor:\n"
      "    pair = Pair(x @ self.w, N)\n    return F.relu(pair.x) + pair.n\n",
      "Net");
  compiler.AddParameter("w", at::ones({2, 2}));
  compiler.AddConstant("N", int64_t{3});
  compiler.AddAttribute("last", compiler.ParseType("Optional[Pair]"), IValue());
  const auto engine = compiler.Compile();
  EXPECT_EQ(engine->TypeName(), "__torch__.Net");
  EXPECT_EQ(RunForward(*engine, {at::ones({1, 2})}).toTensor().sum().item<double>(), 10.0);
}

TEST(a_compile_error_has_its_place) {
  try {
    ScriptCompiler("\n  def forward(self, x: Tensor):\n      return y\n", "Net").Compile();
    Fail(__FILE__, __LINE__, "it compiled");
  } catch (const core::CompileError& error) {
    EXPECT_EQ(error.detail(), "3:14:      return y");
  }
  EXPECT_EQ(CodeOf([] {
              ScriptCompiler("def forward(self):\n  return " + std::string(9000, '('), "Net");
            }),
            "ERR_COMPILE");
}

/// Calls an operator as JavaScript does.
at::Tensor Add(const at::Tensor& a, const at::Tensor& b) {
  core::OperatorSet set = core::FindOperators("aten::add.Tensor");
  torch::jit::Stack stack{a, b, 1};
  core::CallOperator(set.overloads.front(), stack);
  return stack.front().toTensor();
}

Trace::Request NewRequest() {
  Trace::Request request;
  request.name = "Traced";
  request.argument_names = {"x"};
  request.inputs = {at::ones({2})};
  return request;
}

TEST(a_trace_takes_closed_over_tensors_along) {
  const at::Tensor weight = at::ones({2}).set_requires_grad(true);
  const at::Tensor named = at::ones({2});
  Trace::Request request = NewRequest();
  request.buffers = {{"named", named}};
  const Trace::Result traced = Trace::Run(std::move(request), [&](torch::jit::Stack inputs) {
    EXPECT(Trace::Current() != nullptr);
    return IValue(Add(Add(inputs.front().toTensor(), weight), named));
  });
  EXPECT(Trace::Current() == nullptr);
  EXPECT_EQ(traced.engine->NamedParameters().size(), 1U);
  EXPECT_EQ(traced.engine->NamedBuffers().front().first, "named");
  EXPECT_EQ(traced.random_operators.size(), 0U);
  EXPECT_EQ(RunForward(*traced.engine, {at::ones({2})}).toTensor().sum().item<double>(), 6.0);
}

TEST(nothing_stays_of_a_trace_that_fails) {
  const auto failing = [](const std::function<void(const at::Tensor&)>& deed) {
    return CodeOf([&] {
      Trace::Run(NewRequest(), [&](torch::jit::Stack inputs) {
        try {
          deed(inputs.front().toTensor());
        } catch (const std::exception&) {
          // The function goes on, as JavaScript may.
        }
        return inputs.front();
      });
    });
  };
  EXPECT_EQ(failing([](const at::Tensor&) { core::RefuseReadInTrace("item()"); }),
            "ERR_TRACE_READ");
  EXPECT_EQ(failing([](const at::Tensor&) { core::RefuseAsyncInTrace("run()"); }),
            "ERR_TRACE_ASYNC");
  EXPECT_EQ(failing([](const at::Tensor& x) { Add(x, at::ones({5})); }), "ERR_TRACE_FAILED");
  EXPECT_EQ(failing([](const at::Tensor&) {
              Trace::Run(NewRequest(), [](torch::jit::Stack inputs) { return inputs.front(); });
            }),
            "ERR_TRACE_FAILED");
  EXPECT(!torch::jit::tracer::isTracing());
  EXPECT(Trace::Current() == nullptr);
  core::RefuseReadInTrace("item()");
}

}  // namespace
}  // namespace libtorch_node::test

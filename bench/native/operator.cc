// operator: calls aten::add on two tensors of four elements, boxed, as the addon calls operators.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <c10/core/GradMode.h>

#include "lines.h"
#include "model.h"

int main() {
  const at::Tensor a = bench::Ones("4");
  const at::Tensor b = bench::Ones("4");
  const c10::OperatorHandle add =
      c10::Dispatcher::singleton().findSchemaOrThrow("aten::add", "Tensor");
  const c10::AutoGradMode no_grad(false);
  return bench::AnswerLines([&](std::int64_t calls) {
    for (std::int64_t i = 0; i < calls; ++i) {
      torch::jit::Stack stack{a, b, 1};
      add.callBoxed(stack);
    }
  });
}

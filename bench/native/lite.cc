// lite MODEL SHAPE: calls a module of the lite interpreter in a loop on one thread, under
// InferenceMode, as the addon does.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/mobile/import.h>

#include "lines.h"
#include "model.h"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  at::set_num_threads(1);
  torch::jit::mobile::Module module = torch::jit::_load_for_mobile(arguments[1]);
  const at::Tensor input = bench::Ones(arguments[2]);
  const c10::InferenceMode inference;
  return bench::AnswerLines([&](std::int64_t calls) {
    for (std::int64_t i = 0; i < calls; ++i) {
      const at::Tensor output = module.forward({input}).toTensor();
    }
  });
}

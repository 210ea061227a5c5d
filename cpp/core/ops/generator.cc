#include "core/ops/generator.h"

#include <ATen/Context.h>
#include <c10/core/GeneratorImpl.h>

#include <mutex>

#include "core/device/available.h"

namespace libtorch_node::core {

at::Generator NewGenerator(c10::Device device) {
  CheckDevice(device);
  at::Generator generator = at::globalContext().defaultGenerator(device).clone();
  SetSeed(generator, c10::default_rng_seed_val);
  return generator;
}

void SetSeed(at::Generator& generator, std::uint64_t seed) {
  const std::lock_guard lock(generator.mutex());
  generator.set_current_seed(seed);
}

std::uint64_t SeedOf(const at::Generator& generator) { return generator.current_seed(); }

at::Tensor StateOf(const at::Generator& generator) { return generator.get_state(); }

void SetState(at::Generator& generator, const at::Tensor& state) {
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

}  // namespace libtorch_node::core

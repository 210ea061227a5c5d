#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>

namespace libtorch_node::core {

/// Random numbers apart from the device's own, with PyTorch's default seed.
at::Generator NewGenerator(c10::Device device);

void SetSeed(at::Generator& generator, std::uint64_t seed);
std::uint64_t SeedOf(const at::Generator& generator);

/// Where in its sequence it is, as bytes that PyTorch reads too.
at::Tensor StateOf(const at::Generator& generator);
void SetState(at::Generator& generator, const at::Tensor& state);

}  // namespace libtorch_node::core

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// What the linked LibTorch can do.
struct Backends {
  std::string version;
  std::vector<std::string> devices;
  std::vector<std::string> quantized_engines;
  std::string quantized_engine;
  bool mkldnn = false;
  bool mkl = false;
  bool openmp = false;
  std::string cpu_capability;
  int intra_op_threads = 0;
  int inter_op_threads = 0;
  std::string config;
};

Backends DescribeBackends();

/// Intra-op threads of the calling thread alone.
void SetNumThreads(int count);

/// Seeds the default generators of the CPU and of every CUDA device.
void ManualSeed(uint64_t seed);

}  // namespace libtorch_node::core

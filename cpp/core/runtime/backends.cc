#include "core/runtime/backends.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/QEngine.h>

#include <cctype>
#include <string>

#include "core/device/cuda.h"
#include "core/runtime/thread_setup.h"

namespace libtorch_node::core {

namespace {

/// Python's names: 'x86', 'fbgemm', 'onednn', 'qnnpack'.
std::string NameOf(at::QEngine engine) {
  std::string name = toString(engine);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

Backends DescribeBackends() {
  const at::Context& context = at::globalContext();
  Backends backends;
  backends.version = LIBTORCH_NODE_TORCH_VERSION;
  backends.devices.emplace_back("cpu");
  for (int i = 0; i < CudaDeviceCount(); ++i) {
    backends.devices.push_back("cuda:" + std::to_string(i));
  }
  for (const at::QEngine engine : at::Context::supportedQEngines()) {
    if (engine != at::QEngine::NoQEngine) backends.quantized_engines.push_back(NameOf(engine));
  }
  backends.quantized_engine = NameOf(context.qEngine());
  backends.mkldnn = at::Context::hasMKLDNN();
  backends.mkl = at::Context::hasMKL();
  backends.openmp = at::Context::hasOpenMP();
  backends.cpu_capability = at::get_cpu_capability();
  backends.intra_op_threads = at::get_num_threads();
  backends.inter_op_threads = at::get_num_interop_threads();
  backends.config = at::show_config();
  return backends;
}

void SetNumThreads(int count) { SetIntraOpThreads(count); }

void ManualSeed(uint64_t seed) { at::manual_seed(seed); }

}  // namespace libtorch_node::core

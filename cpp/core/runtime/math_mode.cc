#include "core/runtime/math_mode.h"

#include <ATen/Context.h>

#include <array>
#include <string_view>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

struct Switch {
  std::string_view name;
  bool (*get)(const at::Context&);
  void (*set)(at::Context&, bool);
};

constexpr std::array<Switch, 9> kSwitches{{
    {"cuda.matmul.allowTf32", [](const at::Context& context) { return context.allowTF32CuBLAS(); },
     [](at::Context& context, bool on) { context.setAllowTF32CuBLAS(on); }},
    {"cudnn.allowTf32", [](const at::Context& context) { return context.allowTF32CuDNN(); },
     [](at::Context& context, bool on) { context.setAllowTF32CuDNN(on); }},
    {"cudnn.benchmark", [](const at::Context& context) { return context.benchmarkCuDNN(); },
     [](at::Context& context, bool on) { context.setBenchmarkCuDNN(on); }},
    {"cudnn.deterministic", [](const at::Context& context) { return context.deterministicCuDNN(); },
     [](at::Context& context, bool on) { context.setDeterministicCuDNN(on); }},
    {"cudnn.enabled", [](const at::Context& context) { return context.userEnabledCuDNN(); },
     [](at::Context& context, bool on) { context.setUserEnabledCuDNN(on); }},
    {"mkldnn.allowTf32", [](const at::Context& context) { return context.allowTF32OneDNN(); },
     [](at::Context& context, bool on) { context.setAllowTF32OneDNN(on); }},
    {"mkldnn.deterministic",
     [](const at::Context& context) { return context.deterministicMkldnn(); },
     [](at::Context& context, bool on) { context.setDeterministicMkldnn(on); }},
    {"mkldnn.enabled", [](const at::Context& context) { return context.userEnabledMkldnn(); },
     [](at::Context& context, bool on) { context.setUserEnabledMkldnn(on); }},
    {"deterministic.fillUninitializedMemory",
     [](const at::Context& context) { return context.deterministicFillUninitializedMemory(); },
     [](at::Context& context, bool on) { context.setDeterministicFillUninitializedMemory(on); }},
}};

const Switch& Find(const std::string& name) {
  for (const Switch& known : kSwitches) {
    if (known.name == name) return known;
  }
  throw Error("ERR_INVALID_ARG_VALUE", "there is no switch '" + name + "'", ErrorKind::kType);
}

}  // namespace

bool MathSwitch(const std::string& name) { return Find(name).get(at::globalContext()); }

void SetMathSwitch(const std::string& name, bool value) {
  Find(name).set(at::globalContext(), value);
}

std::string Float32MatmulPrecision() {
  switch (at::globalContext().float32MatmulPrecision()) {
    case at::Float32MatmulPrecision::HIGHEST:
      return "highest";
    case at::Float32MatmulPrecision::HIGH:
      return "high";
    case at::Float32MatmulPrecision::MEDIUM:
      return "medium";
  }
  return "highest";
}

void SetFloat32MatmulPrecision(const std::string& precision) {
  at::globalContext().setFloat32MatmulPrecision(precision);
}

bool DeterministicAlgorithms() { return at::globalContext().deterministicAlgorithms(); }

bool DeterministicAlgorithmsWarnOnly() {
  return at::globalContext().deterministicAlgorithmsWarnOnly();
}

void UseDeterministicAlgorithms(bool on, bool warn_only) {
  at::globalContext().setDeterministicAlgorithms(on, warn_only);
}

}  // namespace libtorch_node::core

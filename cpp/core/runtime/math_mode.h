#pragma once

#include <string>

namespace libtorch_node::core {

/// LibTorch's switches between speed, precision and repeatability: they hold for the process.
///
/// Names: 'cuda.matmul.allowTf32', 'cudnn.allowTf32', 'cudnn.benchmark', 'cudnn.deterministic',
/// 'cudnn.enabled', 'mkldnn.allowTf32', 'mkldnn.deterministic', 'mkldnn.enabled',
/// 'deterministic.fillUninitializedMemory'. Others throw ERR_INVALID_ARG_VALUE.
bool MathSwitch(const std::string& name);
void SetMathSwitch(const std::string& name, bool value);

/// 'highest', 'high' or 'medium'.
std::string Float32MatmulPrecision();
void SetFloat32MatmulPrecision(const std::string& precision);

bool DeterministicAlgorithms();
bool DeterministicAlgorithmsWarnOnly();
void UseDeterministicAlgorithms(bool on, bool warn_only);

}  // namespace libtorch_node::core

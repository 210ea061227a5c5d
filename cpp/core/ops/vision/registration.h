#pragma once

#include <string>
#include <vector>

namespace libtorch_node::core {

/// Registers torchvision's operators, as far as nothing else has: models that torchvision scripted
/// then load without it. Idempotent.
void RegisterVisionOperators();

/// While it lives, it alone may change or read what is registered under those names.
class VisionOperatorsExchange {
 public:
  VisionOperatorsExchange();
  ~VisionOperatorsExchange();
  VisionOperatorsExchange(const VisionOperatorsExchange&) = delete;
  VisionOperatorsExchange& operator=(const VisionOperatorsExchange&) = delete;

  /// Frees the names, so that torchvision's own library can register them; what it left comes back
  /// at the end. Our kernels stay, below those of any device: graphs that were compiled against the
  /// names keep their operators.
  void StepAside();
};

/// For whoever reads what is registered under those names: waits while they are exchanged by
/// another thread.
class VisionOperatorsInPlace {
 public:
  VisionOperatorsInPlace();
  ~VisionOperatorsInPlace();
  VisionOperatorsInPlace(const VisionOperatorsInPlace&) = delete;
  VisionOperatorsInPlace& operator=(const VisionOperatorsInPlace&) = delete;
};

}  // namespace libtorch_node::core

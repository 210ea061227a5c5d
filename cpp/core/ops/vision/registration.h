#pragma once

#include <string>
#include <vector>

namespace libtorch_node::core {

/// Registers torchvision's operators, as far as nothing else has: models that torchvision scripted
/// then load without it. Idempotent.
void RegisterVisionOperators();

/// While it lives, those names are free, so that torchvision's own library can register them; what
/// it left comes back at the end. Our kernels stay, below those of any device: graphs that were
/// compiled against the names keep their operators.
class VisionOperatorsAside {
 public:
  VisionOperatorsAside();
  ~VisionOperatorsAside();
  VisionOperatorsAside(const VisionOperatorsAside&) = delete;
  VisionOperatorsAside& operator=(const VisionOperatorsAside&) = delete;
};

}  // namespace libtorch_node::core

#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "core/module/engine.h"

namespace libtorch_node::core {

/// What one environment offers to others of the process, under unguessable tokens, until revoked.
std::string ShareTensor(const at::Tensor& tensor);
std::string ShareEngine(std::shared_ptr<Engine> engine);
/// Throw ERR_SHARE_REVOKED for a token that is unknown or revoked.
at::Tensor ClaimTensor(const std::string& token);
std::shared_ptr<Engine> ClaimEngine(const std::string& token);
void Revoke(const std::string& token);

}  // namespace libtorch_node::core

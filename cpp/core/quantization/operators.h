#pragma once

#include <string>
#include <vector>

namespace libtorch_node::core {

/// Names, without overloads and in order, of the operators of the linked LibTorch that take
/// quantized tensors or packed weights on the CPU: 'quantized::linear_dynamic', 'aten::relu'.
std::vector<std::string> QuantizedOperators();

}  // namespace libtorch_node::core

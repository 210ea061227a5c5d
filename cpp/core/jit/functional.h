#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace libtorch_node::core {

/// PyTorch writes much of torch.nn.functional in Python. The functions here take the same arguments
/// and are compiled into a script that calls them; empty for other names.
std::string_view FunctionalSource(const std::string& name);

/// Names of torch.nn.functional that are operators with the same arguments.
bool IsFunctionalOperator(const std::string& name);

/// The names nearest to one that is in neither list.
std::vector<std::string> NearestFunctional(const std::string& name);

}  // namespace libtorch_node::core

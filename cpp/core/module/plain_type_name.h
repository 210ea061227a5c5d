#pragma once

#include <string>

namespace libtorch_node::core {

/// Without the parts that tell apart classes which share a name, and say nothing to people.
std::string PlainTypeName(std::string name);

}  // namespace libtorch_node::core

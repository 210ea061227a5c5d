#pragma once

#include <functional>
#include <optional>
#include <string>

namespace libtorch_node::core {

/// Opens a library in a copy of this process, and says why that fails; nothing where it does not.
/// An exception from a static initializer ends the process that opens the library (the dynamic
/// linker lets none through): here it ends the copy. `prepare` runs in the copy, before.
std::optional<std::string> ProbeLibrary(const std::string& path,
                                        const std::function<void()>& prepare);

}  // namespace libtorch_node::core

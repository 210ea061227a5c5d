#pragma once

#include <functional>

namespace libtorch_node::core {

/// Arranges, once per process, that at exit pool threads stop before LibTorch's static destructors
/// run: exit waits at most a second for running operators, then leaves with the pending status.
void InstallExitHandler();

/// True from the start of process exit: nothing may be delivered to JavaScript any more.
bool Exiting();

}  // namespace libtorch_node::core

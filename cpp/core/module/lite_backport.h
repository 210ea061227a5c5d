#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/module/load.h"

namespace libtorch_node::core {

/// The bytecode versions that this LibTorch reads, first and last.
std::pair<std::int64_t, std::int64_t> BytecodeVersions();
/// The same for versions of operators.
std::pair<std::int64_t, std::int64_t> OperatorVersions();

/// Rewrites a lite module's archive to an older bytecode version, whose interpreters know fewer
/// instructions. Runs code of the file, as loading it does. Throws ERR_BACKPORT.
std::string Backport(const Source& source, std::int64_t version);

}  // namespace libtorch_node::core

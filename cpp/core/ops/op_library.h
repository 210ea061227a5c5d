#pragma once

#include <string>
#include <vector>

namespace libtorch_node::core {

/// Opens a compiled library of operators for the life of the process, and gives the names of those
/// it registered. A library that is there already is left as it is. Throws ERR_FILE_NOT_FOUND and
/// ERR_OP_LIBRARY; then nothing of it is in the process.
std::vector<std::string> LoadOpLibrary(const std::string& path);

}  // namespace libtorch_node::core

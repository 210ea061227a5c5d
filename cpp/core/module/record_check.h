#pragma once

#include <memory>
#include <vector>

#include "core/module/read_adapter.h"
#include "core/module/zip_directory.h"

namespace libtorch_node::core {

/// Throws ERR_LOAD_FAILED where LibTorch would follow a damaged pickle of the archive out of its
/// bounds. Runs nothing of the file, and reads no tensors.
void CheckRecords(const std::shared_ptr<Reader>& reader, const std::vector<ZipEntry>& entries);

}  // namespace libtorch_node::core

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/module/read_adapter.h"

namespace libtorch_node::core {

struct ZipEntry {
  std::string name;
  std::uint64_t compressed = 0;
  std::uint64_t uncompressed = 0;
};

/// The table of contents at the end of a zip file; empty when there is none that can be read.
/// Nothing is unpacked.
std::optional<std::vector<ZipEntry>> ReadZipDirectory(const Reader& reader);

}  // namespace libtorch_node::core

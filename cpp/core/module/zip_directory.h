#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/module/read_adapter.h"

namespace libtorch_node::core {

struct ZipEntry {
  std::string name;
  std::uint64_t compressed = 0;
  std::uint64_t uncompressed = 0;
  /// Checksum of its bytes.
  std::uint32_t crc = 0;
};

/// The table of contents at the end of a zip file; empty when there is none that can be read.
/// Nothing is unpacked.
std::optional<std::vector<ZipEntry>> ReadZipDirectory(const Reader& reader);

/// Sizes decide what is allocated before anything is read: throws ERR_LOAD_FAILED for a record that
/// claims more than a file of `size` bytes can hold. `name` is the file's, for the message.
void CheckRecordSizes(const std::vector<ZipEntry>& entries, std::uint64_t size,
                      const std::string& name);

/// The checksum that zip uses.
std::uint32_t Crc32(std::string_view bytes);

}  // namespace libtorch_node::core

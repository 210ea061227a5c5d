#include "core/module/zip_directory.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLongestComment = 0xFFFF;
constexpr std::size_t kZip64LocatorSize = 20;
constexpr std::size_t kZip64EndSize = 56;
constexpr std::size_t kEntrySize = 46;
constexpr std::uint64_t kIn64 = 0xFFFFFFFF;

/// Little-endian; the caller has checked the length.
std::uint64_t Number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Place {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::optional<Place> FindDirectory(const Reader& reader) {
  const std::size_t size = reader.size();
  if (size < kEndSize) return std::nullopt;
  const std::size_t tail_size = std::min(size, kEndSize + kLongestComment);
  const std::string tail = ReadAt(reader, size - tail_size, tail_size);
  if (tail.size() != tail_size) return std::nullopt;
  const auto end = tail.rfind("PK\x05\x06", tail_size - kEndSize);
  if (end == std::string::npos) return std::nullopt;
  Place place{Number(tail, end + 16, 4), Number(tail, end + 12, 4)};
  const std::uint64_t end_at = size - tail_size + end;
  if (end_at >= kZip64LocatorSize) {
    const std::string locator = ReadAt(reader, end_at - kZip64LocatorSize, kZip64LocatorSize);
    if (locator.starts_with("PK\x06\x07")) {
      const std::string end64 = ReadAt(reader, Number(locator, 8, 8), kZip64EndSize);
      if (end64.size() != kZip64EndSize || !end64.starts_with("PK\x06\x06")) return std::nullopt;
      place = {Number(end64, 48, 8), Number(end64, 40, 8)};
    }
  }
  if (place.offset > size || place.size > size - place.offset) return std::nullopt;
  return place;
}

/// Sizes that do not fit 32 bits stand in an extra field, in this order.
void ReadZip64Sizes(std::string_view extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const std::uint64_t id = Number(extra, 0, 2);
    const std::size_t length = Number(extra, 2, 2);
    if (length > extra.size() - 4) return;
    std::string_view field = extra.substr(4, length);
    if (id == 1) {
      for (std::uint64_t* value : {&entry.uncompressed, &entry.compressed}) {
        if (*value != kIn64 || field.size() < 8) continue;
        *value = Number(field, 0, 8);
        field.remove_prefix(8);
      }
      return;
    }
    extra.remove_prefix(4 + length);
  }
}

}  // namespace

std::optional<std::vector<ZipEntry>> ReadZipDirectory(const Reader& reader) {
  const auto place = FindDirectory(reader);
  if (!place) return std::nullopt;
  const std::string directory = ReadAt(reader, place->offset, place->size);
  if (directory.size() != place->size) return std::nullopt;
  std::vector<ZipEntry> entries;
  std::string_view rest = directory;
  while (rest.size() >= kEntrySize && rest.starts_with("PK\x01\x02")) {
    const std::size_t name = Number(rest, 28, 2);
    const std::size_t extra = Number(rest, 30, 2);
    const std::size_t whole = kEntrySize + name + extra + Number(rest, 32, 2);
    if (whole > rest.size()) return std::nullopt;
    ZipEntry entry{std::string(rest.substr(kEntrySize, name)), Number(rest, 20, 4),
                   Number(rest, 24, 4), static_cast<std::uint32_t>(Number(rest, 16, 4))};
    ReadZip64Sizes(rest.substr(kEntrySize + name, extra), entry);
    entries.push_back(std::move(entry));
    rest.remove_prefix(whole);
  }
  if (entries.empty() && !directory.empty()) return std::nullopt;
  return entries;
}

std::uint32_t Crc32(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < made.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) * 0xEDB88320U);
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc = (crc >> 8U) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~crc;
}

void CheckRecordSizes(const std::vector<ZipEntry>& entries, std::uint64_t size,
                      const std::string& name) {
  // The most that one compressed byte can stand for.
  constexpr std::uint64_t kMostDeflation = 1032;
  for (const ZipEntry& entry : entries) {
    if (entry.compressed <= size && entry.uncompressed / kMostDeflation <= entry.compressed)
      continue;
    throw Error("ERR_LOAD_FAILED", name + ": the archive is damaged: its record " + entry.name +
                                       " claims " + std::to_string(entry.uncompressed) +
                                       " bytes, more than the file can hold");
  }
}

}  // namespace libtorch_node::core

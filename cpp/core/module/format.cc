#include "core/module/format.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>
#include <utility>

namespace libtorch_node::core {
namespace {

constexpr std::size_t kHeadSize = 512;
constexpr std::size_t kTarMagicAt = 257;

bool HasAt(std::string_view head, std::size_t at, std::string_view magic) {
  return head.size() >= at + magic.size() && head.substr(at, magic.size()) == magic;
}

bool HasEnding(const std::string& path, std::string_view ending) {
  return path.size() >= ending.size() &&
         std::equal(ending.rbegin(), ending.rend(), path.rbegin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

/// A header's length in 8 bytes, then JSON.
bool IsSafetensors(std::string_view head, std::size_t size) {
  if (head.size() < 10 || head[8] != '{') return false;
  std::uint64_t length = 0;
  std::memcpy(&length, head.data(), sizeof(length));
  return length >= 2 && length <= size - 8 && (head[9] == '"' || head[9] == '}' || head[9] == ' ');
}

/// ModelProto: an ir_version of a few units, then the producer's name, a version, the operator sets
/// or the graph.
bool IsOnnx(std::string_view head, const std::string& path) {
  const bool begins = head.size() > 3 && head[0] == '\x08' && head[1] > 0 && head[1] < 32;
  if (!begins) return HasEnding(path, ".onnx");
  const char tag = head[2];
  if (tag == '\x12') {
    const auto length = static_cast<unsigned char>(head[3]);
    const auto name = head.substr(4, length);
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return std::isprint(static_cast<unsigned char>(c)) != 0; });
  }
  return tag == '\x1A' || tag == '\x22' || tag == '\x3A' || tag == '\x42' ||
         HasEnding(path, ".onnx");
}

bool IsText(std::string_view head) {
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 32 && std::isspace(byte) == 0;
  });
}

bool IsHtml(std::string_view head) {
  const auto start = head.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  std::string lower(head.substr(start, 64));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower.starts_with("<!doctype html") || lower.starts_with("<html") ||
         lower.starts_with("<head");
}

/// A pickle of protocol 2 and up begins with 0x80 and its number.
bool IsPickle(std::string_view head) {
  return head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
}

struct Magic {
  std::size_t at;
  std::string_view bytes;
  FileKind kind;
};

constexpr Magic kMagics[] = {
    {4, "PTMF", FileKind::kFlatbuffer},
    {0, "GGUF", FileKind::kGguf},
    {4, "TFL3", FileKind::kTfLite},
    {0, "\x89HDF\r\n\x1A\n", FileKind::kHdf5},
    {0, "\x93NUMPY", FileKind::kNpy},
    {0, "\x1F\x8B", FileKind::kGzip},
    {0, "version https://git-lfs", FileKind::kGitLfsPointer},
    {kTarMagicAt, "ustar", FileKind::kLegacyTar},
};

FileKind KindOfBytes(std::string_view head, std::size_t size, const std::string& path) {
  for (const Magic& magic : kMagics) {
    if (HasAt(head, magic.at, magic.bytes)) return magic.kind;
  }
  if (IsPickle(head)) return FileKind::kLegacyPickle;
  if (IsSafetensors(head, size)) return FileKind::kSafetensors;
  if (IsHtml(head)) return FileKind::kHtml;
  if (IsText(head)) return FileKind::kText;
  return IsOnnx(head, path) ? FileKind::kOnnx : FileKind::kUnknown;
}

FileKind KindOfArchive(const std::vector<ZipEntry>& entries) {
  bool code = false;
  bool data = false;
  bool bytecode = false;
  bool exported = false;
  bool compiled = false;
  bool arrays = !entries.empty();
  for (const ZipEntry& entry : entries) {
    const std::string_view name = RecordName(entry);
    code |= name.starts_with("code/") || name == "constants.pkl";
    data |= name == "data.pkl" || name == "model.json";
    bytecode |= name == "bytecode.pkl";
    exported |= name == "archive_format" || name == "serialized_exported_program.json" ||
                (name.starts_with("models/") && name.ends_with(".json"));
    compiled |= name.starts_with("data/aotinductor/");
    arrays &= entry.name.ends_with(".npy");
  }
  if (bytecode) return FileKind::kLite;
  if (data && code) return FileKind::kTorchScript;
  if (compiled) return FileKind::kAotInductor;
  if (exported) return FileKind::kExport;
  if (data) return FileKind::kStateDict;
  return arrays ? FileKind::kNpz : FileKind::kZip;
}

}  // namespace

std::string_view RecordName(const ZipEntry& entry) {
  const std::string_view name = entry.name;
  const auto slash = name.find('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

FileContent DetectFormat(const Reader& reader, const std::string& path) {
  if (reader.size() == 0) return {FileKind::kEmpty, {}};
  const std::string head = ReadAt(reader, 0, kHeadSize);
  if (HasAt(head, 4, "PTMF")) return {FileKind::kFlatbuffer, {}};
  const bool begins_as_zip = HasAt(head, 0, "PK\x03\x04");
  if (begins_as_zip || HasAt(head, 0, "PK\x05\x06")) {
    auto entries = ReadZipDirectory(reader);
    if (!entries) return {FileKind::kTruncatedZip, {}};
    const FileKind kind = KindOfArchive(*entries);
    return {kind, std::move(*entries)};
  }
  return {KindOfBytes(head, reader.size(), path), {}};
}

}  // namespace libtorch_node::core

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/module/read_adapter.h"
#include "core/module/zip_directory.h"

namespace libtorch_node::core {

enum class FileKind {
  kTorchScript,
  kLite,
  kFlatbuffer,
  kStateDict,
  kLegacyPickle,
  kLegacyTar,
  kExport,
  kAotInductor,
  kOnnx,
  kSafetensors,
  kGguf,
  kTfLite,
  kHdf5,
  kNpy,
  kNpz,
  kZip,
  kGzip,
  kGitLfsPointer,
  kHtml,
  kText,
  kEmpty,
  kTruncatedZip,
  kDirectory,
  kUnknown,
};

struct FileContent {
  FileKind kind = FileKind::kUnknown;
  /// Of a zip archive.
  std::vector<ZipEntry> entries;
};

/// Looks at bytes and at the archive's table of contents; unpacks and runs nothing. `path` may be
/// empty; its ending only helps where the content says little.
FileContent DetectFormat(const Reader& reader, const std::string& path);

/// An archive's record without the folder that PyTorch puts everything into, named after the file.
std::string_view RecordName(const ZipEntry& entry);

/// Throws ERR_NOT_A_MODULE: what the file is, and what to do with it.
[[noreturn]] void ThrowNotAModule(FileKind kind, const std::string& path);

}  // namespace libtorch_node::core

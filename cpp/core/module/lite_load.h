#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/mobile/module.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/module/read_adapter.h"
#include "core/module/zip_directory.h"

namespace libtorch_node::core {

struct LiteLoadOptions {
  std::optional<c10::Device> device;
  /// Operators that LibTorch does not have are an error before anything of the file runs.
  bool check_operators = true;
};

using ExtraFiles = std::unordered_map<std::string, std::string>;

/// Reads bytecode from a zip archive piece by piece: beside the weights themselves, next to nothing
/// is allocated. `extra_files` has the names that are wanted. Throws ERR_MISSING_OPERATORS, with
/// all their names, and what LibTorch throws.
torch::jit::mobile::Module LoadLite(const std::shared_ptr<Reader>& reader,
                                    const std::vector<ZipEntry>& entries,
                                    const LiteLoadOptions& options, ExtraFiles& extra_files);

/// Reads a flatbuffer into tensors of its own. LibTorch's reader crashes on malformed ones.
torch::jit::mobile::Module LoadLiteFlatbuffer(const Reader& reader,
                                              std::optional<c10::Device> device,
                                              ExtraFiles& extra_files);

/// Of operators as files name them ('aten::add.Tensor'), those that the lite interpreter cannot
/// call here; sorted.
std::vector<std::string> MissingOperators(const std::vector<std::string>& names);

}  // namespace libtorch_node::core

#pragma once

#include <torch/csrc/jit/mobile/function.h>

#include <memory>
#include <vector>

#include "core/module/read_adapter.h"
#include "core/module/zip_directory.h"

namespace libtorch_node::core {

/// Throws ERR_LOAD_FAILED for instructions that point outside of their function's tables, which the
/// interpreter follows unchecked.
void CheckInstructions(const torch::jit::mobile::Function& function);

/// The same for the bytecode of an archive: LibTorch follows some of it while it loads. Compares
/// the checksums of its pickles too, which LibTorch does not. Runs nothing of the file, and reads
/// no tensors.
void VerifyBytecode(const std::shared_ptr<Reader>& reader, const std::vector<ZipEntry>& entries);

}  // namespace libtorch_node::core

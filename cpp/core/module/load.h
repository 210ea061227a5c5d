#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/module/engine.h"

namespace libtorch_node::core {

/// Where a module's bytes are: a file, or memory that `owner` keeps alive and in place.
struct Source {
  std::string path;
  const void* data = nullptr;
  std::size_t size = 0;
  std::shared_ptr<void> owner;
};

struct LoadOptions {
  /// What it has to be; absent: the lite interpreter's where the file has bytecode, else
  /// TorchScript.
  std::optional<Format> format;
  std::optional<c10::Device> device;
  /// Names to read; absent: all.
  std::optional<std::vector<std::string>> extra_files;
  ExecutorMode executor = ExecutorMode::kOff;
  bool allow_flatbuffer = false;
  /// Of lite modules: operators that LibTorch does not have are an error before anything runs.
  bool check_operators = true;
};

struct Loaded {
  std::shared_ptr<Engine> engine;
  std::unordered_map<std::string, std::string> extra_files;
};

/// Decides by content. Throws ERR_FILE_NOT_FOUND, ERR_NOT_A_MODULE (says what the file is and what
/// to do with it), ERR_FLATBUFFER_REFUSED, ERR_UNSUPPORTED_FORMAT (not the wanted one),
/// ERR_MISSING_OPERATORS, ERR_LOAD_FAILED, ERR_DEVICE_UNAVAILABLE.
Loaded Load(const Source& source, const LoadOptions& options);

}  // namespace libtorch_node::core

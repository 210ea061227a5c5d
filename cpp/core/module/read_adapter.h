#pragma once

#include <caffe2/serialize/read_adapter_interface.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/module/load.h"

namespace libtorch_node::core {

/// Reads a file by position. Throws ERR_FILE_NOT_FOUND, or ERR_LOAD_FAILED when it cannot be read.
class FileReader final : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit FileReader(const std::string& path);
  ~FileReader() override;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  std::size_t size() const override { return size_; }
  std::size_t read(std::uint64_t pos, void* buf, std::size_t n,
                   const char* what = "") const override;

 private:
  int descriptor_;
  std::size_t size_;
};

/// Reads memory in place. Archive metadata decides what is asked for, so position and count are
/// clamped.
class MemoryReader final : public caffe2::serialize::ReadAdapterInterface {
 public:
  MemoryReader(const void* data, std::size_t size, std::shared_ptr<void> owner);

  std::size_t size() const override { return size_; }
  std::size_t read(std::uint64_t pos, void* buf, std::size_t n,
                   const char* what = "") const override;

 private:
  const void* data_;
  std::size_t size_;
  std::shared_ptr<void> owner_;
};

using Reader = caffe2::serialize::ReadAdapterInterface;

std::shared_ptr<Reader> OpenSource(const Source& source);

/// At most `n` bytes from `pos` on.
std::string ReadAt(const Reader& reader, std::uint64_t pos, std::size_t n);

}  // namespace libtorch_node::core

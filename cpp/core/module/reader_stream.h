#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <streambuf>
#include <utility>

#include "core/module/read_adapter.h"

namespace libtorch_node::core {

/// What ReaderStream reads from.
class ReaderBuffer final : public std::streambuf {
 public:
  explicit ReaderBuffer(std::shared_ptr<const Reader> reader) : reader_(std::move(reader)) {}

 private:
  int_type underflow() override;
  std::streamsize xsgetn(char* into, std::streamsize count) override;
  pos_type seekoff(off_type offset, std::ios_base::seekdir from,
                   std::ios_base::openmode which) override;
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override;

  /// Where the next byte comes from; what was looked ahead is not yet taken.
  std::uint64_t Next() const;
  void MoveTo(std::uint64_t at);

  std::shared_ptr<const Reader> reader_;
  std::uint64_t at_ = 0;
  char ahead_ = 0;
};

/// A reader as a stream, without a copy in between: LibTorch's mobile loader first brings whatever
/// a read adapter gives into memory as a whole, but reads a stream piece by piece.
class ReaderStream final : public std::istream {
 public:
  explicit ReaderStream(std::shared_ptr<const Reader> reader)
      : std::istream(nullptr), buffer_(std::move(reader)) {
    rdbuf(&buffer_);
  }

 private:
  ReaderBuffer buffer_;
};

}  // namespace libtorch_node::core

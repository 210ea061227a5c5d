#include "core/module/reader_stream.h"

namespace libtorch_node::core {

std::uint64_t ReaderBuffer::Next() const {
  return at_ - static_cast<std::uint64_t>(egptr() - gptr());
}

void ReaderBuffer::MoveTo(std::uint64_t at) {
  setg(nullptr, nullptr, nullptr);
  at_ = at;
}

ReaderBuffer::int_type ReaderBuffer::underflow() {
  if (reader_->read(at_, &ahead_, 1) != 1) return traits_type::eof();
  ++at_;
  setg(&ahead_, &ahead_, &ahead_ + 1);
  return traits_type::to_int_type(ahead_);
}

std::streamsize ReaderBuffer::xsgetn(char* into, std::streamsize count) {
  MoveTo(Next());
  const std::size_t got = reader_->read(at_, into, static_cast<std::size_t>(count));
  at_ += got;
  return static_cast<std::streamsize>(got);
}

ReaderBuffer::pos_type ReaderBuffer::seekoff(off_type offset, std::ios_base::seekdir from,
                                             std::ios_base::openmode which) {
  off_type base = 0;
  if (from == std::ios_base::cur) base = static_cast<off_type>(Next());
  if (from == std::ios_base::end) base = static_cast<off_type>(reader_->size());
  return seekpos(base + offset, which);
}

ReaderBuffer::pos_type ReaderBuffer::seekpos(pos_type position, std::ios_base::openmode) {
  const auto at = static_cast<off_type>(position);
  if (at < 0 || static_cast<std::uint64_t>(at) > reader_->size()) return off_type{-1};
  MoveTo(static_cast<std::uint64_t>(at));
  return position;
}

}  // namespace libtorch_node::core

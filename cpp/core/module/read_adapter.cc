#include "core/module/read_adapter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

std::size_t Clamp(std::uint64_t pos, std::size_t n, std::size_t size) {
  return pos >= size ? 0 : std::min<std::size_t>(n, size - static_cast<std::size_t>(pos));
}

[[noreturn]] void ThrowUnreadable(const std::string& path, int reason) {
  if (reason == ENOENT || reason == ENOTDIR) {
    throw Error("ERR_FILE_NOT_FOUND", path + ": there is no such file");
  }
  throw Error("ERR_LOAD_FAILED", path + ": cannot be read: " + std::strerror(reason));
}

}  // namespace

FileReader::FileReader(const std::string& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), size_(0) {
  if (descriptor_ < 0) ThrowUnreadable(path, errno);
  struct stat status{};
  if (fstat(descriptor_, &status) != 0) {
    const int reason = errno;
    close(descriptor_);
    ThrowUnreadable(path, reason);
  }
  if (S_ISREG(status.st_mode)) size_ = static_cast<std::size_t>(status.st_size);
}

FileReader::~FileReader() { close(descriptor_); }

std::size_t FileReader::read(std::uint64_t pos, void* buf, std::size_t n, const char*) const {
  n = Clamp(pos, n, size_);
  std::size_t done = 0;
  while (done < n) {
    const ssize_t got = pread(descriptor_, static_cast<char*>(buf) + done, n - done,
                              static_cast<off_t>(pos + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

MemoryReader::MemoryReader(const void* data, std::size_t size, std::shared_ptr<void> owner)
    : data_(data), size_(size), owner_(std::move(owner)) {}

std::size_t MemoryReader::read(std::uint64_t pos, void* buf, std::size_t n, const char*) const {
  n = Clamp(pos, n, size_);
  if (n > 0) std::memcpy(buf, static_cast<const char*>(data_) + pos, n);
  return n;
}

std::shared_ptr<Reader> OpenSource(const Source& source) {
  if (source.data != nullptr || source.path.empty()) {
    return std::make_shared<MemoryReader>(source.data, source.size, source.owner);
  }
  return std::make_shared<FileReader>(source.path);
}

std::string ReadAt(const Reader& reader, std::uint64_t pos, std::size_t n) {
  std::string bytes(n, '\0');
  bytes.resize(reader.read(pos, bytes.data(), n));
  return bytes;
}

}  // namespace libtorch_node::core

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace libtorch_node::core {

/// How many bytes a tensor record of the archive has, by its key; nullopt where there is none.
using RecordSize = std::function<std::optional<std::uint64_t>(const std::string& key)>;

/// Follows a pickle as LibTorch's unpickler will, which trusts it: throws ERR_LOAD_FAILED where an
/// instruction takes what is not there, a text is longer than the record, or a storage claims more
/// than its record holds. `name` is the record's, for the message. Builds nothing.
void CheckPickle(std::string_view pickle, const std::string& name, const RecordSize& record_size);

}  // namespace libtorch_node::core

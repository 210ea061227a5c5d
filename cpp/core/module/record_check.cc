#include "core/module/record_check.h"

#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/module/debug_tables.h"
#include "core/module/format.h"
#include "core/module/pickle_check.h"
#include "core/module/pickled_tuple.h"

namespace libtorch_node::core {
namespace {

constexpr std::string_view kDebugTable = ".debug_pkl";
/// Extra files, and inputs of a trace, may be pickles too: LibTorch does not open those.
constexpr std::array<std::string_view, 5> kRead{"data.pkl", "constants.pkl", "bytecode.pkl",
                                                "mobile_debug_handles.pkl",
                                                "callstack_debug_map.pkl"};

bool IsRead(std::string_view name) {
  return name.ends_with(kDebugTable) || std::find(kRead.begin(), kRead.end(), name) != kRead.end();
}

}  // namespace

void CheckRecords(const std::shared_ptr<Reader>& reader, const std::vector<ZipEntry>& entries) {
  caffe2::serialize::PyTorchStreamReader archive(reader);
  for (const ZipEntry& entry : entries) {
    const std::string name(RecordName(entry));
    if (!IsRead(name) || !archive.hasRecord(name)) continue;
    const auto [data, size] = archive.getRecord(name);
    const char* bytes = static_cast<const char*>(data.get());
    const std::string own = name.substr(0, name.rfind('.')) + '/';
    // Bytecode keeps its tensors among the constants.
    const RecordSize record_size = [&](const std::string& key) -> std::optional<std::uint64_t> {
      for (const std::string& folder : {own, std::string("constants/")}) {
        if (archive.hasRecord(folder + key)) return archive.getRecordSize(folder + key);
      }
      return std::nullopt;
    };
    CheckPickle({bytes, size}, name, record_size);
    if (name.ends_with(kDebugTable)) CheckDebugTable(ReadPickle(bytes, size, archive.version()));
  }
}

}  // namespace libtorch_node::core

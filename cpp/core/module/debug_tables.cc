#include "core/module/debug_tables.h"

#include <torch/csrc/jit/serialization/source_range_serialization.h>

#include <cstdint>
#include <string_view>

#include "core/module/pickled_tuple.h"

namespace libtorch_node::core {
namespace {

constexpr std::string_view kSubject = "its table of source lines";

/// One record: ranges of source texts, whose pieces may stand once in a table of their own.
class DebugTable {
 public:
  explicit DebugTable(const PickledTuple& table) {
    const bool pieces = table.size() == 3 && table.At(0).isString() &&
                        table.TextAt(0) == torch::jit::kFormatWithStringTable;
    if (!pieces) {
      CheckLines(table);
      return;
    }
    const PickledTuple texts = table.TupleAt(1);
    for (std::size_t i = 0; i < texts.size(); ++i) texts.TextAt(i);
    texts_ = texts.size();
    CheckLines(table.TupleAt(2));
  }

 private:
  void CheckLines(const PickledTuple& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const PickledTuple line = lines.TupleAt(i);
      line.IntAt(torch::jit::kByteOffsetIndex);
      if (line.size() > torch::jit::kSourceRangeTagIndex) {
        line.IntAt(torch::jit::kSourceRangeTagIndex);
      }
      CheckRange(line.TupleAt(torch::jit::kSourceRangeIndex));
    }
  }

  void CheckRange(const PickledTuple& range) {
    if (range.size() != 3) range.ThrowDamaged("a range is none");
    range.IntAt(1);
    range.IntAt(2);
    CheckSource(range.TupleAt(0));
  }

  void CheckSource(const PickledTuple& source) const {
    if (source.size() != 3) source.ThrowDamaged("a source is none");
    source.IntAt(2);
    if (texts_ == 0) {
      source.TextAt(0);
      if (!source.At(1).isNone()) source.TextAt(1);
      return;
    }
    CheckText(source, source.IntAt(1));
    if (!source.At(0).isIntList()) source.ThrowDamaged("a source has no pieces");
    for (const auto piece : source.At(0).toIntList()) CheckText(source, piece);
  }

  void CheckText(const PickledTuple& source, int64_t index) const {
    if (index < 0 || index >= static_cast<int64_t>(texts_))
      source.ThrowDamaged("a text is missing");
  }

  std::size_t texts_ = 0;
};

}  // namespace

void CheckDebugTable(const c10::IValue& table) { DebugTable(PickledTuple(table, kSubject)); }

}  // namespace libtorch_node::core

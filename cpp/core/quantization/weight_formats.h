#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libtorch_node::core {

/// How weights are stored in plain dtypes; a row is what makes one output, or one embedding.
enum class WeightFormat {
  /// int8 [rows, columns], scale [rows]: w = q * scale.
  kInt8,
  /// uint8 [rows, columns], scale and minimum [rows, 1]: w = q * scale + minimum.
  kUint8,
  /// uint8 [rows, ceil(columns / 2)], where the second half of a row is in the high bits; scale and
  /// zero point [rows, groups, 1]: w = (q - zero_point) * scale.
  kInt4,
};

/// 'int8', 'uint8' or 'int4'.
const char* NameOf(WeightFormat format);

/// The tensors, by what follows the name of the weight: '', '_scale' and so on.
using StoredWeight = std::vector<std::pair<std::string, at::Tensor>>;

/// Nothing for weights with values that are not finite, or span more than their dtype holds. Rows
/// are filled up with zeros to whole groups.
std::optional<StoredWeight> StoreWeight(const at::Tensor& weight, WeightFormat format,
                                        std::int64_t group_size);

}  // namespace libtorch_node::core

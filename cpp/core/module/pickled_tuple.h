#pragma once

#include <ATen/core/ivalue.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libtorch_node::core {

/// What a pickle of an archive holds, without tensors and objects. `version` is the archive's.
c10::IValue ReadPickle(const char* data, std::size_t size, std::uint64_t version);

/// A pickled tuple whose elements are only had where they are what they should be. All of it throws
/// ERR_LOAD_FAILED.
class PickledTuple {
 public:
  /// `subject` is what the archive's table is called in messages, and must outlive this.
  PickledTuple(const c10::IValue& value, std::string_view subject);

  std::size_t size() const { return elements_.size(); }
  const std::vector<c10::IValue>& all() const { return elements_; }
  const c10::IValue& At(std::size_t index) const;
  int64_t IntAt(std::size_t index) const;
  const std::string& TextAt(std::size_t index) const;
  PickledTuple TupleAt(std::size_t index) const { return {At(index), subject_}; }

  /// The value of a field by its name, in the place LibTorch looks for it.
  PickledTuple Field(std::size_t index, std::string_view name) const;
  int64_t IntField(std::size_t index, std::string_view name) const;

  [[noreturn]] void ThrowDamaged(const std::string& what) const;

 private:
  const c10::IValue& FieldValue(std::size_t index, std::string_view name) const;

  std::vector<c10::IValue> elements_;
  std::string_view subject_;
};

}  // namespace libtorch_node::core

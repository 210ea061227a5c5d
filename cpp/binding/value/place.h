#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"

namespace libtorch_node::binding {

/// Where in a call a value stands: "forward: argument 'x'[2]['key']". Built on the stack, read only
/// for errors.
class Place {
 public:
  explicit Place(const std::string& callee) : callee_(&callee) {}
  Place(const Place& parent, const std::string& argument) : parent_(&parent), name_(&argument) {}
  Place(const Place& parent, int64_t index) : parent_(&parent), index_(index) {}

  int depth() const { return parent_ == nullptr ? 0 : parent_->depth() + 1; }

  std::string ToString() const {
    if (parent_ == nullptr) return *callee_;
    const std::string before = parent_->ToString();
    if (name_ == nullptr) return before + "[" + std::to_string(index_) + "]";
    if (parent_->parent_ == nullptr) return before + ": argument '" + *name_ + "'";
    return before + "['" + *name_ + "']";
  }

  core::Error Mismatch(const std::string& expected, const std::string& got) const {
    return core::Error("ERR_INVALID_ARG_TYPE",
                       ToString() + ": expected " + expected + ", got " + got,
                       core::ErrorKind::kType);
  }

  core::Error OutOfRange(const std::string& expected, const std::string& got) const {
    return core::Error("ERR_OUT_OF_RANGE", ToString() + ": expected " + expected + ", got " + got,
                       core::ErrorKind::kRange);
  }

 private:
  const std::string* callee_ = nullptr;
  const Place* parent_ = nullptr;
  const std::string* name_ = nullptr;
  int64_t index_ = 0;
};

}  // namespace libtorch_node::binding

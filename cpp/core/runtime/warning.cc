#include "core/runtime/warning.h"

#include <utility>
#include <variant>

namespace libtorch_node::core {

WarningScope::WarningScope(std::shared_ptr<WarningSink> sink)
    : sink_(std::move(sink)), previous_(c10::WarningUtils::get_warning_handler()) {
  c10::WarningUtils::set_warning_handler(this);
}

WarningScope::~WarningScope() { c10::WarningUtils::set_warning_handler(previous_); }

void WarningScope::process(const c10::Warning& warning) {
  if (!sink_) return;
  const bool deprecation = std::holds_alternative<c10::DeprecationWarning>(warning.type());
  sink_->Warn(warning.msg(), deprecation ? "DeprecationWarning" : "UserWarning");
}

std::shared_ptr<WarningSink> CurrentWarningSink() {
  const auto* scope = dynamic_cast<WarningScope*>(c10::WarningUtils::get_warning_handler());
  return scope == nullptr ? nullptr : scope->sink_;
}

}  // namespace libtorch_node::core

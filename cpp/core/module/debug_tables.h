#pragma once

#include <ATen/core/ivalue.h>

namespace libtorch_node::core {

/// Throws ERR_LOAD_FAILED where the table that says which line an instruction came from is damaged:
/// LibTorch follows its indices unchecked.
void CheckDebugTable(const c10::IValue& table);

}  // namespace libtorch_node::core

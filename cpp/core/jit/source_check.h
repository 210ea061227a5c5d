#pragma once

#include <memory>
#include <vector>

#include "core/jit/script_error.h"

namespace libtorch_node::core {

/// What a look at the words of a script says before LibTorch parses it.
struct ScriptOutline {
  /// Of each `def` at the top level, in order: its first argument is `self`.
  std::vector<bool> takes_self;
};

/// LibTorch's parser, compiler and destructors recurse without bounds: throws CompileError for text
/// that nests deeper, or has longer chains of operators, than the stack of `RunOnDeepStack` holds.
ScriptOutline CheckScript(const ScriptText& text);

}  // namespace libtorch_node::core

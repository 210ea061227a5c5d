#pragma once

namespace libtorch_node::core {

/// LibTorch parses the schemas of the JIT's own operators at their first use, without a lock: this
/// parses all of them, once per process, before modules load on several threads.
void MaterializeOperatorSchemas();

}  // namespace libtorch_node::core

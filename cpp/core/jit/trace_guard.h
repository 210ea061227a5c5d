#pragma once

namespace libtorch_node::core {

/// Throws ERR_TRACE_READ inside a trace: `call` gives values to the caller, which no graph sees.
void RefuseReadInTrace(const char* call);

/// Throws ERR_TRACE_ASYNC inside a trace: what `call` does happens after it.
void RefuseAsyncInTrace(const char* call);

/// Throws ERR_TRACE_FAILED inside a trace: what `call` does cannot be part of a graph.
void RefuseInTrace(const char* call);

}  // namespace libtorch_node::core

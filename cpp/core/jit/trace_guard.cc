#include "core/jit/trace_guard.h"

#include <string>

#include "core/error.h"
#include "core/jit/trace.h"

namespace libtorch_node::core {

void RefuseReadInTrace(const char* call) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return;
  trace->Refuse(
      Error("ERR_TRACE_READ",
            std::string(call) +
                " reads values, which would be baked into the trace: keep to operators on tensors "
                "(where() and masks in the place of conditions), or write the function with "
                "jit.compile"));
}

void RefuseAsyncInTrace(const char* call) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return;
  trace->Refuse(
      Error("ERR_TRACE_ASYNC", std::string(call) +
                                   " ends after the trace: a traced function is synchronous, so "
                                   "use the synchronous form"));
}

void RefuseInTrace(const char* call) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return;
  trace->Refuse(Error("ERR_TRACE_FAILED", std::string(call) + " cannot be called in a trace"));
}

}  // namespace libtorch_node::core

#include "core/module/lite_backport.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/mobile/compatibility/backport.h>
#include <torch/csrc/jit/mobile/compatibility/model_compatibility.h>
#include <torch/csrc/jit/mobile/compatibility/runtime_compatibility.h>

#include <sstream>

#include "core/error.h"
#include "core/error_message.h"
#include "core/module/format.h"
#include "core/module/lite_verify.h"
#include "core/module/reader_stream.h"
#include "core/module/record_check.h"

namespace libtorch_node::core {
namespace {

// Older interpreters than 4 are read by no LibTorch since.
constexpr std::int64_t kFirst = 4;

std::string Named(const Source& source) {
  return source.path.empty() ? "the given bytes" : source.path;
}

[[noreturn]] void Refuse(const Source& source, const std::string& why) {
  throw Error("ERR_BACKPORT", Named(source) + ": cannot be backported: " + why);
}

}  // namespace

std::pair<std::int64_t, std::int64_t> BytecodeVersions() {
  return torch::jit::_get_runtime_bytecode_min_max_versions();
}

std::pair<std::int64_t, std::int64_t> OperatorVersions() {
  return torch::jit::_get_runtime_operators_min_max_versions();
}

std::string Backport(const Source& source, std::int64_t version) {
  const auto reader = OpenSource(source);
  const FileContent content = DetectFormat(*reader, source.path);
  if (content.kind == FileKind::kFlatbuffer) {
    Refuse(source, "it is a flatbuffer, which only the newest interpreters read");
  }
  if (content.kind != FileKind::kLite) ThrowNotAModule(content.kind, source.path);
  CheckRecordSizes(content.entries, reader->size(), Named(source));
  const c10::InferenceMode off(false);
  std::ostringstream out;
  bool done = false;
  std::int64_t from = 0;
  try {
    from = static_cast<std::int64_t>(torch::jit::_get_model_bytecode_version(reader));
    CheckRecords(reader, content.entries);
    VerifyBytecode(reader, content.entries);
    if (version >= kFirst && version < from) {
      ReaderStream in(reader);
      done = torch::jit::_backport_for_mobile(in, out, version);
    }
  } catch (...) {
    const ErrorInfo info = Describe(std::current_exception());
    if (info.code == "ERR_OUT_OF_MEMORY") throw;
    Refuse(source, info.message);
  }
  if (done) return std::move(out).str();
  Refuse(source, "its bytecode is of version " + std::to_string(from) +
                     ", expected a version from " + std::to_string(kFirst) + " to " +
                     std::to_string(from - 1) + ", got " + std::to_string(version));
}

}  // namespace libtorch_node::core

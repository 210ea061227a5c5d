#include "core/module/lite_save.h"

#include <c10/core/InferenceMode.h>

#include <exception>
#include <sstream>
#include <utility>

#include "core/error.h"
#include "core/error_message.h"
#include "core/jit/saveable.h"
#include "core/runtime/exit.h"

namespace libtorch_node::core {
namespace {

template <typename Target>
void Write(const torch::jit::Module& module, Target& target, const std::string& name,
           const LiteSaveOptions& options) {
  CheckSaveable(module);
  const c10::InferenceMode off(false);
  try {
    const torch::jit::Module written =
        options.bundled_inputs.empty() ? module : WithBundledInputs(module, options.bundled_inputs);
    written._save_for_mobile(target, options.extra_files, options.debug_info, options.flatbuffer);
  } catch (const Error&) {
    throw;
  } catch (...) {
    const ErrorInfo info = Describe(std::current_exception());
    if (info.code == "ERR_OUT_OF_MEMORY") throw;
    throw Error("ERR_SAVE_FAILED", name + ": cannot be written: " + info.message);
  }
}

}  // namespace

void SaveLite(const torch::jit::Module& module, const std::string& path,
              const LiteSaveOptions& options) {
  const ExitHold hold;
  Write(module, path, path, options);
}

std::string LiteBytes(const torch::jit::Module& module, const LiteSaveOptions& options) {
  std::ostringstream stream;
  Write(module, stream, "the lite module", options);
  return std::move(stream).str();
}

}  // namespace libtorch_node::core

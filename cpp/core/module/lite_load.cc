#include "core/module/lite_load.h"

#include <ATen/core/qualified_name.h>
#include <torch/csrc/jit/mobile/compatibility/model_compatibility.h>
#include <torch/csrc/jit/mobile/flatbuffer_loader.h>
#include <torch/csrc/jit/mobile/function.h>
#include <torch/csrc/jit/mobile/import.h>
#include <torch/csrc/jit/mobile/parse_operators.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string_view>

#include "core/error.h"
#include "core/module/lite_verify.h"
#include "core/module/reader_stream.h"
#include "core/module/record_check.h"

namespace libtorch_node::core {
namespace {

constexpr std::string_view kNotFound = "Following ops cannot be found";

bool IsMissing(const std::string& name) {
  const auto dot = name.rfind('.');
  const bool overloaded = dot != std::string::npos && dot > name.find("::");
  torch::jit::mobile::Function probe{c10::QualifiedName("probe")};
  probe.append_operator(overloaded ? name.substr(0, dot) : name,
                        overloaded ? name.substr(dot + 1) : "", std::nullopt);
  return !probe.initialize_operators(/*should_check_operators=*/false);
}

/// LibTorch stops at the first function that lacks some.
[[noreturn]] void ThrowMissing(const std::shared_ptr<Reader>& reader, const std::string& message) {
  std::vector<std::string> names;
  try {
    for (const auto& [name, info] : torch::jit::_get_model_ops_and_info(reader)) {
      names.push_back(name);
    }
    names = MissingOperators(names);
  } catch (const c10::Error&) {
    names.clear();
  }
  std::string text = "it uses operators that this LibTorch does not have:";
  for (const std::string& name : names) text += "\n  " + name;
  throw Error("ERR_MISSING_OPERATORS", names.empty() ? message : text);
}

}  // namespace

std::vector<std::string> MissingOperators(const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  std::copy_if(names.begin(), names.end(), std::back_inserter(missing), IsMissing);
  std::sort(missing.begin(), missing.end());
  return missing;
}

torch::jit::mobile::Module LoadLite(const std::shared_ptr<Reader>& reader,
                                    const std::vector<ZipEntry>& entries,
                                    const LiteLoadOptions& options, ExtraFiles& extra_files) {
  CheckRecords(reader, entries);
  VerifyBytecode(reader, entries);
  ReaderStream stream(reader);
  const std::uint64_t check = options.check_operators ? torch::jit::OPERATOR_CHECK : 0;
  try {
    return torch::jit::_load_for_mobile(stream, options.device, extra_files, check);
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    if (message.find(kNotFound) == std::string::npos) throw;
    ThrowMissing(reader, message);
  }
}

torch::jit::mobile::Module LoadLiteFlatbuffer(const Reader& reader,
                                              std::optional<c10::Device> device,
                                              ExtraFiles& extra_files) {
  if (device && !device->is_cpu()) {
    throw Error("ERR_UNSUPPORTED_FORMAT",
                "a flatbuffer module cannot be loaded onto " + device->str() +
                    ": LibTorch leaves its tensors on the CPU; save it as a zip, without "
                    "{ container: 'flatbuffer' }, or load it onto 'cpu'");
  }
  constexpr std::size_t kAlignment = torch::jit::kFlatbufferDataAlignmentBytes;
  const std::size_t size = reader.size();
  const std::size_t room = (size + kAlignment - 1) / kAlignment * kAlignment;
  const std::unique_ptr<void, decltype(&std::free)> bytes(std::aligned_alloc(kAlignment, room),
                                                          &std::free);
  if (bytes == nullptr) throw std::bad_alloc();
  const std::size_t got = reader.read(0, bytes.get(), size);
  // Copied: tensors outlive the module they came from.
  return torch::jit::parse_and_initialize_mobile_module(bytes.get(), got, device, &extra_files,
                                                        /*should_copy_tensor_memory=*/true);
}

}  // namespace libtorch_node::core

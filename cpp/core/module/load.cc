#include "core/module/load.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "core/device/available.h"
#include "core/error.h"
#include "core/error_message.h"
#include "core/module/format.h"
#include "core/module/lite_engine.h"
#include "core/module/lite_load.h"
#include "core/module/operator_schemas.h"
#include "core/module/read_adapter.h"
#include "core/module/record_check.h"
#include "core/module/torchscript_engine.h"
#include "core/quantization/engine.h"
#include "core/runtime/exit.h"

namespace libtorch_node::core {
namespace {

constexpr std::string_view kExtra = "extra/";

/// What may help against LibTorch's reason.
std::string LoadAdvice(const std::string& reason) {
  if (reason.find("Unknown builtin op: ") == std::string::npos) return {};
  return "\nA library that registers the operator must be there first: loadOpLibrary(path)";
}

class Loader {
 public:
  Loader(const Source& source, const LoadOptions& options)
      : options_(options), path_(source.path), reader_(OpenSource(source)) {}

  Loaded Load() {
    const FileContent content = DetectFormat(*reader_, path_);
    switch (content.kind) {
      case FileKind::kTorchScript:
        if (options_.format == Format::kLite) {
          ThrowNotWanted("a TorchScript module without bytecode: write one with saveLite()");
        }
        return LoadTorchScript(content);
      case FileKind::kLite:
        return options_.format == Format::kTorchScript ? LoadTorchScript(content)
                                                       : LoadBytecode(content);
      case FileKind::kFlatbuffer:
        return LoadFlatbuffer();
      default:
        ThrowNotAModule(content.kind, path_);
    }
  }

 private:
  using ExtraFiles = std::unordered_map<std::string, std::string>;

  std::string Name() const { return path_.empty() ? "the given bytes" : path_; }

  [[noreturn]] void ThrowNotWanted(const std::string& what) const {
    throw Error("ERR_UNSUPPORTED_FORMAT",
                Name() + ": expected a module of the format that was asked for, got " + what);
  }

  Loaded LoadTorchScript(const FileContent& content) {
    CheckRecordSizes(content.entries, reader_->size(), Name());
    return Finish([&](auto& extra) {
      CheckRecords(reader_, content.entries);
      NameExtraFiles(content, extra);
      return std::make_shared<TorchScriptEngine>(torch::jit::load(reader_, options_.device, extra),
                                                 options_.executor);
    });
  }

  Loaded LoadBytecode(const FileContent& content) {
    CheckRecordSizes(content.entries, reader_->size(), Name());
    return Finish([&](auto& extra) {
      NameExtraFiles(content, extra);
      return std::make_shared<LiteEngine>(
          LoadLite(reader_, content.entries, {options_.device, options_.check_operators}, extra));
    });
  }

  void NameExtraFiles(const FileContent& content, ExtraFiles& extra) const {
    for (const ZipEntry& entry : content.entries) {
      const std::string_view record = RecordName(entry);
      if (!record.starts_with(kExtra) || record.size() == kExtra.size()) continue;
      const std::string name(record.substr(kExtra.size()));
      if (!options_.extra_files || IsWanted(name)) extra.emplace(name, "");
    }
  }

  bool IsWanted(const std::string& name) const {
    for (const std::string& wanted : *options_.extra_files) {
      if (wanted == name) return true;
    }
    return false;
  }

  Loaded LoadFlatbuffer() {
    if (!options_.allow_flatbuffer) {
      throw Error("ERR_FLATBUFFER_REFUSED",
                  Name() +
                      " is a flatbuffer module: LibTorch's reader of that format crashes on "
                      "malformed files. Load it with { allowFlatbuffer: true } if you trust it, "
                      "or save the module as a zip archive");
    }
    if (options_.format == Format::kTorchScript) {
      ThrowNotWanted("a flatbuffer, which the lite interpreter runs");
    }
    return Finish([&](auto& extra) {
      auto module = LoadLiteFlatbuffer(*reader_, options_.device, extra);
      if (options_.extra_files) {
        std::erase_if(extra, [&](const auto& file) { return !IsWanted(file.first); });
      }
      return std::make_shared<LiteEngine>(std::move(module));
    });
  }

  template <typename Read>
  Loaded Finish(const Read& read) {
    try {
      MaterializeOperatorSchemas();
      // Modules made under InferenceMode could never be trained.
      const c10::InferenceMode off(false);
      const UnpackingScope own_engine;
      Loaded loaded;
      loaded.engine = read(loaded.extra_files);
      return loaded;
    } catch (const Error& error) {
      throw Error(error.code(), Name() + ": " + error.what(), error.kind());
    } catch (...) {
      const ErrorInfo info = Describe(std::current_exception());
      const bool memory = info.code == "ERR_OUT_OF_MEMORY";
      throw Error(memory ? info.code : "ERR_LOAD_FAILED",
                  Name() + ": LibTorch cannot load it: " + info.message + LoadAdvice(info.message));
    }
  }

  const LoadOptions& options_;
  const std::string path_;
  const std::shared_ptr<Reader> reader_;
};

}  // namespace

Loaded Load(const Source& source, const LoadOptions& options) {
  std::error_code ignored;
  if (source.data == nullptr && std::filesystem::is_directory(source.path, ignored)) {
    ThrowNotAModule(FileKind::kDirectory, source.path);
  }
  if (options.device) CheckDevice(*options.device);
  Loaded loaded = Loader(source, options).Load();
  InstallExitHandler();
  return loaded;
}

}  // namespace libtorch_node::core

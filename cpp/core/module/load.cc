#include "core/module/load.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/device/available.h"
#include "core/error.h"
#include "core/error_message.h"
#include "core/module/format.h"
#include "core/module/operator_schemas.h"
#include "core/module/read_adapter.h"
#include "core/module/torchscript_engine.h"
#include "core/runtime/exit.h"

namespace libtorch_node::core {
namespace {

// The most that one compressed byte can stand for.
constexpr std::uint64_t kMostDeflation = 1032;
constexpr std::string_view kExtra = "extra/";

class Loader {
 public:
  Loader(const Source& source, const LoadOptions& options)
      : options_(options), path_(source.path), reader_(OpenSource(source)) {}

  Loaded Load() {
    const FileContent content = DetectFormat(*reader_, path_);
    switch (content.kind) {
      case FileKind::kTorchScript:
        CheckSizes(content);
        return Finish([&](auto& extra) {
          NameExtraFiles(content, extra);
          return torch::jit::load(reader_, options_.device, extra);
        });
      case FileKind::kFlatbuffer:
        return LoadFlatbuffer();
      case FileKind::kLite:
        throw Error("ERR_UNSUPPORTED_FORMAT",
                    Name() +
                        " is a module for the lite interpreter, which this version does not run: "
                        "export it in Python with torch.jit.script(model).save('model.pt')");
      default:
        ThrowNotAModule(content.kind, path_);
    }
  }

 private:
  using ExtraFiles = std::unordered_map<std::string, std::string>;

  std::string Name() const { return path_.empty() ? "the given bytes" : path_; }

  /// Sizes decide what is allocated before anything is read.
  void CheckSizes(const FileContent& content) const {
    const std::uint64_t size = reader_->size();
    for (const ZipEntry& entry : content.entries) {
      if (entry.compressed <= size && entry.uncompressed / kMostDeflation <= entry.compressed)
        continue;
      throw Error("ERR_LOAD_FAILED", Name() + ": the archive is damaged: its record " + entry.name +
                                         " claims " + std::to_string(entry.uncompressed) +
                                         " bytes, more than the file can hold");
    }
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
    return Finish([&](auto& extra) {
      if (options_.extra_files) {
        for (const std::string& name : *options_.extra_files) extra.emplace(name, "");
      }
      std::istringstream stream(ReadAt(*reader_, 0, reader_->size()));
      return torch::jit::load(stream, options_.device, extra);
    });
  }

  template <typename Read>
  Loaded Finish(const Read& read) {
    try {
      MaterializeOperatorSchemas();
      // Modules made under InferenceMode could never be trained.
      const c10::InferenceMode off(false);
      Loaded loaded;
      auto module = read(loaded.extra_files);
      loaded.engine = std::make_shared<TorchScriptEngine>(std::move(module), options_.executor);
      return loaded;
    } catch (const Error&) {
      throw;
    } catch (...) {
      const ErrorInfo info = Describe(std::current_exception());
      const bool memory = info.code == "ERR_OUT_OF_MEMORY";
      throw Error(memory ? info.code : "ERR_LOAD_FAILED",
                  Name() + ": LibTorch cannot load it: " + info.message);
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

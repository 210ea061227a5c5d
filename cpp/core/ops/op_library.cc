#include "core/ops/op_library.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "core/ops/library_probe.h"
#include "core/ops/operator_set.h"
#include "core/ops/vision/registration.h"
#include "core/runtime/leaked.h"

namespace libtorch_node::core {
namespace {

namespace fs = std::filesystem;

struct Loaded {
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> operators_of;
};

Loaded& TheLoaded() {
  static Leaked<Loaded> loaded;
  return loaded.get();
}

std::string Existing(const std::string& path) {
  std::error_code failure;
  const fs::path file = fs::canonical(path, failure);
  if (failure) {
    throw Error("ERR_FILE_NOT_FOUND", "there is no library at " + path + ": " + failure.message());
  }
  if (!fs::is_regular_file(file, failure)) {
    throw Error("ERR_OP_LIBRARY", path + ": expected a shared library, got " +
                                      (fs::is_directory(file, failure) ? "a folder" : "no file"));
  }
  return file;
}

/// Whether the text stands anywhere in the file.
bool Mentions(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::error_code ignored;
  const std::uintmax_t size = fs::file_size(path, ignored);
  void* bytes = size == 0 ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (bytes == MAP_FAILED) return false;
  const bool found = memmem(bytes, size, text.data(), text.size()) != nullptr;
  munmap(bytes, size);
  return found;
}

std::string Demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return text == nullptr ? name : text.get();
}

/// The dynamic linker's or LibTorch's reason, and what to do about it.
std::string Explain(std::string reason) {
  const std::string here =
      std::string("the LibTorch of this process is ") + LIBTORCH_NODE_TORCH_VERSION;
  constexpr std::string_view kUndefined = "undefined symbol: ";
  const auto symbol = reason.find(kUndefined);
  if (symbol != std::string::npos) {
    const auto start = symbol + kUndefined.size();
    const auto end = std::min(reason.find_first_of(", \n", start), reason.size());
    reason.replace(start, end - start, Demangled(reason.substr(start, end - start)));
    return reason +
           ". It was compiled for another LibTorch, or for a library that is not here: " + here +
           "; compile it against that";
  }
  if (reason.find("cannot open shared object file") != std::string::npos) {
    return reason + ". It needs a library that is not here; " + here;
  }
  if (reason.find("invalid ELF header") != std::string::npos ||
      reason.find("file too short") != std::string::npos ||
      reason.find("wrong ELF class") != std::string::npos) {
    return reason + ". Expected a shared library for this machine";
  }
  if (reason.find("multiple times") != std::string::npos ||
      reason.find("Only a single TORCH_LIBRARY") != std::string::npos) {
    return reason + "\nAnother library registered that already";
  }
  return reason;
}

/// Libraries of operators ask for `libtorch.so`, which only names the others.
void OpenUmbrella() {
  Dl_info info;
  const auto* known = reinterpret_cast<const void*>(&torch::jit::getAllOperators);
  if (dladdr(known, &info) == 0 || info.dli_fname == nullptr) return;
  const fs::path umbrella = fs::path(info.dli_fname).parent_path() / "libtorch.so";
  std::error_code ignored;
  if (fs::exists(umbrella, ignored)) dlopen(umbrella.c_str(), RTLD_NOW | RTLD_LOCAL);
}

std::set<std::string> Names() {
  std::set<std::string> names;
  for (const Overload& overload : AllOperators()) {
    const c10::FunctionSchema& schema = *overload.schema;
    const std::string& variant = schema.overload_name();
    names.insert(variant.empty() ? schema.name() : schema.name() + "." + variant);
  }
  return names;
}

std::vector<std::string> Open(const std::string& file) {
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD) != nullptr) return {};
  OpenUmbrella();
  // Before the process is copied: in the copy nobody else would let go of them.
  std::optional<VisionOperatorsExchange> ours;
  if (Mentions(file, "torchvision")) ours.emplace();
  const auto step_aside = [&ours] {
    if (ours) ours->StepAside();
  };
  const auto refusal = ProbeLibrary(file, step_aside);
  if (refusal) throw Error("ERR_OP_LIBRARY", file + " cannot be loaded: " + Explain(*refusal));
  step_aside();
  const std::set<std::string> before = Names();
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) == nullptr) {
    throw Error("ERR_OP_LIBRARY", file + " cannot be loaded: " + Explain(dlerror()));
  }
  std::vector<std::string> added;
  for (const std::string& name : Names()) {
    if (!before.contains(name)) added.push_back(name);
  }
  return added;
}

}  // namespace

std::vector<std::string> LoadOpLibrary(const std::string& path) {
  const std::string file = Existing(path);
  Loaded& loaded = TheLoaded();
  const std::lock_guard lock(loaded.mutex);
  const auto known = loaded.operators_of.find(file);
  if (known != loaded.operators_of.end()) return known->second;
  return loaded.operators_of.emplace(file, Open(file)).first->second;
}

}  // namespace libtorch_node::core

// Opens LibTorch before the addon that needs it: a run path would decide before JavaScript can.
// Plain Node-API and no LibTorch, so that every failure is an error that JavaScript can explain.
#include <dlfcn.h>
#include <link.h>
#include <node_api.h>

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

namespace {

// Throws { code, message } of the given texts; returns null so that callers can return it.
napi_value Throw(napi_env env, const char* code, const std::string& message) {
  napi_throw_error(env, code, message.c_str());
  return nullptr;
}

bool ReadString(napi_env env, napi_value value, std::string* out) {
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
  out->resize(length);
  return napi_get_value_string_utf8(env, value, out->data(), length + 1, &length) == napi_ok;
}

// The file name of a path: what other libraries ask the dynamic linker for.
const char* BaseName(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
}

// A copy that is already in the process wins: a second one beside it would corrupt both.
void* OpenLibrary(const std::string& path) {
  if (void* loaded = dlopen(BaseName(path), RTLD_NOW | RTLD_NOLOAD)) return loaded;
  return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
}

// LibTorch's version from the library itself, e.g. "2.13.0"; empty where it does not tell.
std::string VersionOf(void* library) {
  using AbiVersion = std::uint64_t (*)();
  const auto abi_version = reinterpret_cast<AbiVersion>(dlsym(library, "aoti_torch_abi_version"));
  if (abi_version == nullptr) return {};
  const std::uint64_t version = abi_version();
  char text[16];
  std::snprintf(text, sizeof(text), "%u.%u.%u", static_cast<unsigned>(version >> 56 & 0xff),
                static_cast<unsigned>(version >> 48 & 0xff),
                static_cast<unsigned>(version >> 40 & 0xff));
  return text;
}

void SetString(napi_env env, napi_value object, const char* name, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.c_str(), text.size(), &value);
  napi_set_named_property(env, object, name, value);
}

// open(paths): opens the libraries in this order and keeps them for the life of the process. Gives
// one { path, version } for each: where it really came from, and LibTorch's version if it tells.
napi_value Open(napi_env env, napi_callback_info info) {
  std::size_t argc = 1;
  napi_value paths = nullptr;
  std::uint32_t count = 0;
  napi_get_cb_info(env, info, &argc, &paths, nullptr, nullptr);
  if (argc < 1 || napi_get_array_length(env, paths, &count) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "open: expected an array of paths");
    return nullptr;
  }
  // dlopen is thread-safe, the pair of look-up and load in OpenLibrary is not.
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  napi_value opened = nullptr;
  napi_create_array_with_length(env, count, &opened);
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value item = nullptr;
    std::string path;
    napi_get_element(env, paths, i, &item);
    if (!ReadString(env, item, &path)) {
      napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "open: expected an array of paths");
      return nullptr;
    }
    void* library = OpenLibrary(path);
    if (library == nullptr) {
      const char* reason = dlerror();
      return Throw(env, "ERR_LIBTORCH_LOAD",
                   reason != nullptr ? reason : path + ": cannot be opened");
    }
    link_map* map = nullptr;
    dlinfo(library, RTLD_DI_LINKMAP, &map);
    napi_value entry = nullptr;
    napi_create_object(env, &entry);
    SetString(env, entry, "path", map != nullptr ? map->l_name : path);
    SetString(env, entry, "version", VersionOf(library));
    napi_set_element(env, opened, i, entry);
  }
  return opened;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value open = nullptr;
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, Open, nullptr, &open);
  napi_set_named_property(env, exports, "open", open);
  SetString(env, exports, "builtFor", LIBTORCH_NODE_TORCH_VERSION);
  return exports;
}

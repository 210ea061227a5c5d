#include "binding/module_files.h"

#include <cstring>

namespace libtorch_node::binding {

core::TorchScriptEngine::ExtraFiles ReadExtraFiles(const Napi::Value& value) {
  core::TorchScriptEngine::ExtraFiles files;
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Array names = object.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const Napi::Value name = names.Get(i);
    const Napi::Uint8Array bytes = object.Get(name).As<Napi::Uint8Array>();
    files[name.ToString().Utf8Value()] =
        std::string(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  }
  return files;
}

napi_value FromBytes(Environment& environment, const std::string& bytes) {
  Napi::Uint8Array array = Napi::Uint8Array::New(environment.env(), bytes.size());
  std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

}  // namespace libtorch_node::binding

#pragma once

#include <string>

#include "binding/environment.h"
#include "core/module/torchscript_engine.h"

namespace libtorch_node::binding {

/// Files that travel in an archive: an object of Uint8Arrays by name.
core::TorchScriptEngine::ExtraFiles ReadExtraFiles(const Napi::Value& value);

/// A Uint8Array with a copy of the bytes.
napi_value FromBytes(Environment& environment, const std::string& bytes);

}  // namespace libtorch_node::binding

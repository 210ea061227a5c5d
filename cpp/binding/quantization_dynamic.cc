#include <utility>

#include "binding/quantization.h"
#include "core/quantization/dynamic.h"
#include "core/quantization/engine.h"

namespace libtorch_node::binding {

namespace {

Rewrite ReadDynamic(const Napi::CallbackInfo& info) {
  core::DynamicOptions options;
  options.engine = info[2].IsString()
                       ? core::RequireEngine(info[2].ToString().Utf8Value(), "quantizeDynamic")
                       : core::CurrentEngine();
  if (info[3].ToString().Utf8Value() == "float16") options.dtype = core::DynamicDtype::kFloat16;
  options.per_channel = info[4].ToBoolean();
  return [layers = ReadLayerNames(info[1]), options](core::PreparedModule& prepared) {
    return core::QuantizeDynamic(prepared.module, layers, options);
  };
}

}  // namespace

void InitQuantizationDynamic(Napi::Env, Napi::Object room) {
  Define<RewriteOnPool<ReadDynamic>>(room, "dynamic");
  Define<RewriteHere<ReadDynamic>>(room, "dynamicSync");
}

}  // namespace libtorch_node::binding

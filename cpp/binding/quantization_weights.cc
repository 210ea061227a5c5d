#include "binding/quantization.h"
#include "core/quantization/weights.h"

namespace libtorch_node::binding {

namespace {

Rewrite ReadWeights(const Napi::CallbackInfo& info) {
  core::WeightOptions options;
  if (info[2].IsString()) {
    const bool is_int4 = info[2].ToString().Utf8Value() == "int4";
    options.linear = is_int4 ? core::WeightFormat::kInt4 : core::WeightFormat::kInt8;
  }
  options.embedding = info[3].ToBoolean().Value();
  options.group_size = info[4].ToNumber().Int64Value();
  return [names = ReadLayerNames(info[1]), options](core::PreparedModule& prepared) {
    return core::QuantizeWeights(prepared.module, names, options);
  };
}

}  // namespace

void InitQuantizationWeights(Napi::Env, Napi::Object room) {
  Define<RewriteOnPool<ReadWeights>>(room, "weights");
  Define<RewriteHere<ReadWeights>>(room, "weightsSync");
}

}  // namespace libtorch_node::binding

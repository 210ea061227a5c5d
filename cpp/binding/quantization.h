#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/error_guard.h"
#include "binding/module_handle.h"
#include "binding/napi_config.h"
#include "binding/promise_task.h"
#include "core/quantization/prepare.h"

namespace libtorch_node::binding {

template <>
struct HandleKind<core::PreparedModule> {
  static constexpr const char* kName = "a prepared module";
  static constexpr napi_type_tag kTag = {0x6c6962746f726368, 0x7072657061726564};
};

/// Rewrites a prepared module in place.
using Rewrite = std::function<core::QuantizationResult(core::PreparedModule&)>;

std::vector<std::string> ReadLayerNames(const Napi::Value& value);

/// `{ module, quantized, skipped }`.
napi_value FromQuantization(Environment& environment, const core::QuantizationResult& result,
                            std::shared_ptr<core::TorchScriptEngine> engine,
                            const std::shared_ptr<core::Pool>& pool);

/// Takes a prepared module, and what `Read` reads after that.
Napi::Value RewriteOnPool(const Napi::CallbackInfo& info, Rewrite rewrite);
Napi::Value RewriteHere(const Napi::CallbackInfo& info, const Rewrite& rewrite);

template <Rewrite (*Read)(const Napi::CallbackInfo&)>
Napi::Value RewriteOnPool(const Napi::CallbackInfo& info) {
  return RewriteOnPool(info, Read(info));
}

template <Rewrite (*Read)(const Napi::CallbackInfo&)>
Napi::Value RewriteHere(const Napi::CallbackInfo& info) {
  return RewriteHere(info, Read(info));
}

/// The room `quantization`.
void InitQuantization(Napi::Env env, Napi::Object exports);
void InitQuantizationDynamic(Napi::Env env, Napi::Object room);
void InitQuantizationEngine(Napi::Env env, Napi::Object room);
void InitQuantizationQat(Napi::Env env, Napi::Object room);
void InitQuantizationStatic(Napi::Env env, Napi::Object room);
void InitQuantizationWeights(Napi::Env env, Napi::Object room);

}  // namespace libtorch_node::binding

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "binding/mailbox.h"
#include "binding/napi_config.h"
#include "binding/tensor/storage_ledger.h"
#include "core/runtime/warning.h"

namespace libtorch_node::binding {

class HandleTable;

/// All state of one JavaScript environment (the main thread or a worker): nothing is static.
/// Counted, because Node may finalize the instance data before the last wrapped object.
class Environment {
 public:
  static Environment& Of(napi_env env);
  static void Install(Napi::Env env);
  /// How many there are in the process.
  static int Count();

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  napi_env env() const { return env_; }
  bool initialized() const { return initialized_; }
  void Initialize(Napi::Object hooks);

  Napi::Value TensorConstructor() const { return tensor_constructor_.Value(); }
  Napi::Value Token() const { return token_.Value(); }
  Napi::Value WrapScriptObject(Napi::Value handle, const std::string& type_name) const;
  /// The public error for a code; a plain Error before Initialize.
  Napi::Value MakeError(const std::string& code, const std::string& message,
                        const std::string& detail) const;
  void DeliverWarning(const std::string& message, const std::string& category) const;
  Napi::Object NewDict() const;
  Napi::Object NewMap() const;
  Napi::Value NewUint8Array(napi_value buffer) const;
  bool IsPlainObject(napi_value object) const;
  bool IsMap(napi_value object) const;
  Napi::Value FloatSymbol() const { return float_symbol_.Value(); }

  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  const std::shared_ptr<core::WarningSink>& warning_sink() const { return warning_sink_; }
  StorageLedger& ledger() { return ledger_; }

  /// The live wrappers of this environment: a pointer that Node unwraps is ours only when it is in
  /// here.
  HandleTable& tensors() { return *tensors_; }

  void Retain() { ++uses_; }
  void Release();

 private:
  explicit Environment(Napi::Env env);
  ~Environment();
  static void Cleanup(void* data);

  napi_env env_;
  std::size_t uses_ = 1;
  bool initialized_ = false;
  Napi::FunctionReference tensor_constructor_;
  Napi::ObjectReference token_;
  Napi::FunctionReference wrap_script_object_;
  Napi::FunctionReference make_error_;
  Napi::FunctionReference warn_;
  Napi::FunctionReference object_create_;
  Napi::FunctionReference map_constructor_;
  Napi::FunctionReference uint8_array_constructor_;
  Napi::ObjectReference object_prototype_;
  Napi::Reference<Napi::Symbol> float_symbol_;
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<core::WarningSink> warning_sink_;
  std::optional<core::WarningScope> warning_scope_;
  StorageLedger ledger_;
  std::unique_ptr<HandleTable> tensors_;
};

}  // namespace libtorch_node::binding

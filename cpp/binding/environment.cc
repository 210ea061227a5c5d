#include "binding/environment.h"

#include <atomic>
#include <thread>
#include <utility>

#include "binding/tensor/handle_table.h"

namespace libtorch_node::binding {

namespace {

std::atomic<int> environments{0};

class WarningLetter final : public Letter {
 public:
  WarningLetter(std::string message, std::string category, bool expected)
      : message_(std::move(message)), category_(std::move(category)), expected_(expected) {}

  void Deliver(Environment& environment) noexcept override {
    if (expected_) environment.mailbox()->Received();
    environment.DeliverWarning(message_, category_);
  }

 private:
  std::string message_;
  std::string category_;
  bool expected_;
};

class EnvironmentSink final : public core::WarningSink {
 public:
  explicit EnvironmentSink(std::shared_ptr<Mailbox> mailbox)
      : mailbox_(std::move(mailbox)), thread_(std::this_thread::get_id()) {}

  void Warn(const std::string& message, const std::string& category) noexcept override {
    // From the JavaScript thread nothing else keeps the loop alive until the warning is out.
    const bool own_thread = std::this_thread::get_id() == thread_;
    if (own_thread) mailbox_->Expect();
    mailbox_->Post(std::make_shared<WarningLetter>(message, category, own_thread));
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::thread::id thread_;
};

Napi::Function GlobalFunction(Napi::Env env, const char* name) {
  return env.Global().Get(name).As<Napi::Function>();
}

}  // namespace

Environment& Environment::Of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

int Environment::Count() { return environments.load(std::memory_order_relaxed); }

void Environment::Install(Napi::Env env) {
  auto* environment = new Environment(env);
  ++environments;
  NAPI_THROW_IF_FAILED_VOID(
      env, napi_set_instance_data(
               env, environment,
               [](napi_env, void* data, void*) { static_cast<Environment*>(data)->Release(); },
               nullptr));
  NAPI_THROW_IF_FAILED_VOID(env, napi_add_env_cleanup_hook(env, Cleanup, environment));
}

Environment::Environment(Napi::Env env)
    : env_(env), ledger_(env), tensors_(std::make_unique<HandleTable>()) {
  const Napi::Object object = env.Global().Get("Object").As<Napi::Object>();
  object_create_ = Napi::Persistent(object.Get("create").As<Napi::Function>());
  object_prototype_ = Napi::Persistent(object.Get("prototype").As<Napi::Object>());
  map_constructor_ = Napi::Persistent(GlobalFunction(env, "Map"));
  uint8_array_constructor_ = Napi::Persistent(GlobalFunction(env, "Uint8Array"));
  float_symbol_ =
      Napi::Reference<Napi::Symbol>::New(Napi::Symbol::For(env, "libtorch-node.float"), 1);
  mailbox_ = std::make_shared<Mailbox>(*this);
  warning_sink_ = std::make_shared<EnvironmentSink>(mailbox_);
  warning_scope_.emplace(warning_sink_);
}

Environment::~Environment() = default;

void Environment::Initialize(Napi::Object hooks) {
  tensor_constructor_ = Napi::Persistent(hooks.Get("Tensor").As<Napi::Function>());
  token_ = Napi::Persistent(hooks.Get("token").As<Napi::Object>());
  wrap_script_object_ = Napi::Persistent(hooks.Get("wrapScriptObject").As<Napi::Function>());
  make_error_ = Napi::Persistent(hooks.Get("makeError").As<Napi::Function>());
  warn_ = Napi::Persistent(hooks.Get("warn").As<Napi::Function>());
  initialized_ = true;
}

Napi::Value Environment::WrapScriptObject(Napi::Value handle, const std::string& type_name) const {
  return wrap_script_object_.Value().Call({handle, Napi::String::New(env_, type_name)});
}

Napi::Value Environment::MakeError(const std::string& code, const std::string& message,
                                   const std::string& detail) const {
  const Napi::Env env(env_);
  if (!initialized_) {
    const Napi::Error error = Napi::Error::New(env, message);
    error.Value().Set("code", Napi::String::New(env, code));
    return error.Value();
  }
  return make_error_.Value().Call(
      {Napi::String::New(env, code), Napi::String::New(env, message),
       detail.empty() ? env.Null() : Napi::String::New(env, detail).As<Napi::Value>()});
}

void Environment::DeliverWarning(const std::string& message, const std::string& category) const {
  if (!initialized_) return;
  const Napi::Env env(env_);
  napi_value arguments[] = {Napi::String::New(env, message), Napi::String::New(env, category)};
  napi_value result;
  // A handler that throws is an uncaught exception, as for any other callback: Node reports it.
  napi_call_function(env, env.Undefined(), warn_.Value(), 2, arguments, &result);
}

Napi::Object Environment::NewDict() const {
  return object_create_.Value().Call({Napi::Env(env_).Null()}).As<Napi::Object>();
}

Napi::Object Environment::NewMap() const { return map_constructor_.Value().New({}); }

Napi::Value Environment::NewUint8Array(napi_value buffer) const {
  return uint8_array_constructor_.Value().New({Napi::Value(env_, buffer)});
}

bool Environment::IsPlainObject(napi_value object) const {
  napi_valuetype type = napi_undefined;
  napi_typeof(env_, object, &type);
  if (type != napi_object) return false;
  napi_value prototype;
  NAPI_THROW_IF_FAILED(env_, napi_get_prototype(env_, object, &prototype), false);
  napi_typeof(env_, prototype, &type);
  if (type == napi_null) return true;
  bool same = false;
  napi_strict_equals(env_, prototype, object_prototype_.Value(), &same);
  return same;
}

bool Environment::IsMap(napi_value object) const {
  bool is_map = false;
  napi_instanceof(env_, object, map_constructor_.Value(), &is_map);
  return is_map;
}

void Environment::Cleanup(void* data) {
  --environments;
  auto* environment = static_cast<Environment*>(data);
  environment->mailbox_->Close();
  environment->warning_scope_.reset();
  environment->ledger_.Close();
  for (auto* reference :
       {&environment->tensor_constructor_, &environment->wrap_script_object_,
        &environment->make_error_, &environment->warn_, &environment->object_create_,
        &environment->map_constructor_, &environment->uint8_array_constructor_}) {
    reference->Reset();
  }
  environment->token_.Reset();
  environment->object_prototype_.Reset();
  environment->float_symbol_.Reset();
  environment->initialized_ = false;
}

void Environment::Release() {
  if (--uses_ == 0) delete this;
}

}  // namespace libtorch_node::binding

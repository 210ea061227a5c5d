#include "binding/mailbox.h"

#include <utility>

#include "binding/environment.h"
#include "core/runtime/exit.h"

namespace libtorch_node::binding {

Mailbox::Mailbox(Environment& environment) : environment_(environment) {
  const napi_env env = environment.env();
  napi_value name;
  NAPI_THROW_IF_FAILED_VOID(env,
                            napi_create_string_utf8(env, "libtorch-node", NAPI_AUTO_LENGTH, &name));
  NAPI_THROW_IF_FAILED_VOID(
      env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                           this, Drain, &function_));
  NAPI_THROW_IF_FAILED_VOID(env, napi_unref_threadsafe_function(env, function_));
}

void Mailbox::Post(std::shared_ptr<Letter> letter) {
  std::shared_ptr<Letter> dropped;
  const std::lock_guard lock(mutex_);
  if (closed_ || core::Exiting()) {
    dropped = std::move(letter);
    return;
  }
  letters_.push_back(std::move(letter));
  if (letters_.size() == 1) {
    napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
  }
}

void Mailbox::Expect() {
  if (expected_++ == 0) napi_ref_threadsafe_function(environment_.env(), function_);
}

void Mailbox::Received() {
  if (--expected_ == 0) napi_unref_threadsafe_function(environment_.env(), function_);
}

void Mailbox::Close() {
  std::deque<std::shared_ptr<Letter>> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(letters_);
}

void Mailbox::Drain(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;
  auto* mailbox = static_cast<Mailbox*>(context);
  std::deque<std::shared_ptr<Letter>> letters;
  {
    const std::lock_guard lock(mailbox->mutex_);
    letters.swap(mailbox->letters_);
  }
  for (auto& letter : letters) {
    // A handle scope per letter: one turn may deliver thousands.
    const Napi::HandleScope scope(env);
    letter->Deliver(mailbox->environment_);
    letter.reset();
  }
}

}  // namespace libtorch_node::binding

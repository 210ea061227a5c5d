#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "binding/napi_config.h"

namespace libtorch_node::binding {

class Environment;

/// Something finished on another thread, to be handed to JavaScript.
class Letter {
 public:
  virtual ~Letter() = default;
  /// On the environment's own thread, inside a callback scope; throws nothing.
  virtual void Deliver(Environment& environment) noexcept = 0;
};

/// Carries letters from any thread to one environment; after Close they are dropped where they
/// arrive.
class Mailbox {
 public:
  explicit Mailbox(Environment& environment);

  void Post(std::shared_ptr<Letter> letter);
  /// The event loop stays alive while letters are expected. On the environment's thread only.
  void Expect();
  void Received();
  /// On the environment's thread, before it goes.
  void Close();

 private:
  static void Drain(napi_env env, napi_value, void* context, void*);

  Environment& environment_;
  napi_threadsafe_function function_ = nullptr;
  std::size_t expected_ = 0;
  std::mutex mutex_;
  bool closed_ = false;
  std::deque<std::shared_ptr<Letter>> letters_;
};

}  // namespace libtorch_node::binding

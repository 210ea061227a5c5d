#pragma once

#include <signal.h>

#include <string>

namespace libtorch_node::core {

/// Cores this process may use.
int AvailableCores();

/// For debuggers and `top`; cut to 15 characters.
void NameThisThread(const std::string& name);

/// How many threads LibTorch's operators use when they are called on this thread; other threads
/// keep theirs.
void SetIntraOpThreads(int count);

/// Blocks signals while it lives: a thread that starts meanwhile leaves them all to the event
/// loop's thread.
class SignalShield {
 public:
  SignalShield();
  ~SignalShield();
  SignalShield(const SignalShield&) = delete;
  SignalShield& operator=(const SignalShield&) = delete;

 private:
  sigset_t saved_;
};

}  // namespace libtorch_node::core

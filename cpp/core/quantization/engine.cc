#include "core/quantization/engine.h"

#include <ATen/Context.h>

#include <cctype>
#include <shared_mutex>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

/// Held exclusively while the process's engine is another than the one that was set.
std::shared_mutex& Lock() {
  static auto* lock = new std::shared_mutex;
  return *lock;
}

/// Of this thread: scopes that hold the lock, of which the first took it.
thread_local int depth = 0;

void EnterShared() {
  if (depth == 0) Lock().lock_shared();
  ++depth;
}

void LeaveShared() {
  --depth;
  if (depth == 0) Lock().unlock_shared();
}

void EnterExclusive() {
  // A lock that is shared cannot become exclusive.
  if (depth > 0) throw Error("ERR_INTERNAL", "the quantized engine is in use by this thread");
  Lock().lock();
  ++depth;
}

void LeaveExclusive() {
  --depth;
  Lock().unlock();
}

/// Leaves the lock held: exclusively when the engine is to be exchanged, which it tells.
bool EnterFor(at::QEngine engine) {
  EnterShared();
  if (CurrentEngine() == engine) return false;
  LeaveShared();
  EnterExclusive();
  return true;
}

}  // namespace

std::string EngineName(at::QEngine engine) {
  std::string name = toString(engine);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

std::vector<std::string> SupportedEngines() {
  std::vector<std::string> names;
  for (const at::QEngine engine : at::Context::supportedQEngines()) {
    if (engine != at::QEngine::NoQEngine) names.push_back(EngineName(engine));
  }
  return names;
}

at::QEngine RequireEngine(const std::string& name, const char* callee) {
  for (const at::QEngine engine : at::Context::supportedQEngines()) {
    if (engine != at::QEngine::NoQEngine && EngineName(engine) == name) return engine;
  }
  std::string there;
  for (const std::string& engine : SupportedEngines()) {
    there += (there.empty() ? "'" : ", '") + engine + "'";
  }
  throw Error("ERR_ENGINE", std::string(callee) + ": this LibTorch has no quantized engine '" +
                                name + "'; it has: " + (there.empty() ? "none" : there));
}

at::QEngine CurrentEngine() { return at::globalContext().qEngine(); }

void SetEngine(at::QEngine engine) {
  const std::unique_lock hold(Lock());
  at::globalContext().setQEngine(engine);
}

PackingScope::PackingScope(at::QEngine engine)
    : exchanged_(EnterFor(engine)), previous_(CurrentEngine()) {
  if (exchanged_) at::globalContext().setQEngine(engine);
}

PackingScope::~PackingScope() {
  if (exchanged_) {
    at::globalContext().setQEngine(previous_);
    LeaveExclusive();
  } else {
    LeaveShared();
  }
}

UnpackingScope::UnpackingScope() { EnterShared(); }

UnpackingScope::~UnpackingScope() { LeaveShared(); }

}  // namespace libtorch_node::core

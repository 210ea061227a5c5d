#pragma once

#include <c10/core/QEngine.h>

#include <string>
#include <vector>

namespace libtorch_node::core {

/// PyTorch's names: 'x86', 'fbgemm', 'onednn', 'qnnpack'.
std::string EngineName(at::QEngine engine);

/// Those the linked LibTorch has.
std::vector<std::string> SupportedEngines();

/// Throws ERR_ENGINE for an engine that the linked LibTorch lacks. `callee` is for messages.
at::QEngine RequireEngine(const std::string& name, const char* callee);

at::QEngine CurrentEngine();

/// The engine of the process: waits for what packs weights meanwhile.
void SetEngine(at::QEngine engine);

/// While this lives, weights are packed for an engine. LibTorch knows one engine for the process:
/// where that is another, it is exchanged meanwhile, and whoever else packs weights waits.
class PackingScope {
 public:
  explicit PackingScope(at::QEngine engine);
  ~PackingScope();
  PackingScope(const PackingScope&) = delete;
  PackingScope& operator=(const PackingScope&) = delete;

 private:
  const bool exchanged_;
  const at::QEngine previous_;
};

/// While this lives, the engine of the process is the one that was set. For what packs weights by
/// the way: loading, copying. Scopes of one thread nest.
class UnpackingScope {
 public:
  UnpackingScope();
  ~UnpackingScope();
  UnpackingScope(const UnpackingScope&) = delete;
  UnpackingScope& operator=(const UnpackingScope&) = delete;
};

}  // namespace libtorch_node::core

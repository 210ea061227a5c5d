#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/resolver.h>

#include <memory>
#include <string>
#include <vector>

#include "core/module/engine.h"
#include "core/module/run_request.h"
#include "core/module/torchscript_engine.h"

namespace libtorch_node::test {

/// Knows `fork` and `prim` besides `torch`.
std::shared_ptr<torch::jit::Resolver> MakeResolver();
/// A module with these methods, and with `training` false.
torch::jit::Module Define(const std::string& source);
std::shared_ptr<core::TorchScriptEngine> DefineEngine(
    const std::string& source, core::ExecutorMode executor = core::ExecutorMode::kOff);
/// The archive that save would write.
std::string Bytes(const torch::jit::Module& module);

/// Executes a method on this thread, without the gate.
c10::IValue Run(const std::shared_ptr<core::Engine>& engine, torch::jit::Stack inputs,
                const std::string& method = "forward",
                core::GradState grad = core::GradState::kInference);

at::Tensor Ones(at::IntArrayRef sizes);

/// A file that is removed again.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, const std::string& ending = ".pt");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace libtorch_node::test

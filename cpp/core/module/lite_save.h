#pragma once

#include <ATen/core/stack.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace libtorch_node::core {

/// Example arguments of one method, stored in a file and given back by its methods.
struct BundledInputs {
  std::string method;
  /// Each complete and of the schema's types, without `self`.
  std::vector<torch::jit::Stack> inputs;
};

struct LiteSaveOptions {
  std::unordered_map<std::string, std::string> extra_files;
  /// Where each instruction came from, for the messages of errors.
  bool debug_info = false;
  bool flatbuffer = false;
  std::vector<BundledInputs> bundled_inputs;
};

/// A copy of the module with the methods that torch.utils.bundled_inputs defines. Throws
/// ERR_BUNDLED_INPUTS where it has them already.
torch::jit::Module WithBundledInputs(const torch::jit::Module& module,
                                     const std::vector<BundledInputs>& bundled);

/// Writes a module for the lite interpreter. Throws ERR_SAVE_FAILED.
void SaveLite(const torch::jit::Module& module, const std::string& path,
              const LiteSaveOptions& options);
std::string LiteBytes(const torch::jit::Module& module, const LiteSaveOptions& options);

}  // namespace libtorch_node::core

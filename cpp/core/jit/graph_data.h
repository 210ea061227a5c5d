#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace libtorch_node::core {

/// What is known of a value; a size below zero is unknown.
struct GraphValue {
  std::string name;
  std::string type;
  std::optional<c10::ScalarType> dtype;
  std::optional<std::vector<int64_t>> shape;
};

struct GraphInput {
  std::size_t value;
  /// The argument of the operator's schema.
  std::string name;
  /// A constant that is the argument's default.
  bool is_default;
};

struct GraphSource {
  std::string file;
  std::size_t line;
  std::size_t column;
};

struct GraphNode;

struct GraphBlock {
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
  std::vector<GraphNode> nodes;
};

struct GraphNode {
  /// As LibTorch names it: 'aten::conv2d', 'prim::If'.
  std::string kind;
  /// The qualified name of the submodule whose code it is; empty for the module itself.
  std::string scope;
  /// The attribute that is read or written, qualified, or the method or function that is called.
  std::string target;
  std::vector<GraphInput> inputs;
  std::vector<std::size_t> outputs;
  std::vector<GraphBlock> blocks;
  /// The value of a constant that is no tensor and no object.
  std::optional<c10::IValue> constant;
  std::optional<GraphSource> source;
};

/// A graph as plain data. Values are numbered: an index into `values`.
struct GraphData {
  std::vector<GraphValue> values;
  GraphBlock body;
};

struct GraphDataOptions {
  /// Calls of submodules and functions are replaced by their bodies.
  bool inlined = true;
  /// Attributes that are numbers become constants, what follows from constants is computed, checks
  /// that only raise go away: what is left is what runs in the module's present mode.
  bool simplified = true;
};

/// The graph of a method of the module, whose first input is the module itself. With `examples`,
/// the arguments of the method, it is run once to see what shapes tensors have.
GraphData ReadGraph(const torch::jit::Module& module, const std::string& method,
                    const GraphDataOptions& options,
                    std::optional<torch::jit::Stack> examples = std::nullopt);

}  // namespace libtorch_node::core

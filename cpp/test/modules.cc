#include "test/modules.h"

#include <ATen/ops/ones.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace libtorch_node::test {

namespace {

class Resolver final : public torch::jit::Resolver {
 public:
  std::shared_ptr<torch::jit::SugaredValue> resolveValue(
      const std::string& name, torch::jit::GraphFunction& function,
      const torch::jit::SourceRange& range) override {
    if (name == "fork") return torch::jit::SpecialFormValue::create(c10::prim::fork);
    if (name == "prim") return std::make_shared<torch::jit::BuiltinModule>("prim");
    return torch::jit::nativeResolver()->resolveValue(name, function, range);
  }
};

}  // namespace

std::shared_ptr<torch::jit::Resolver> MakeResolver() { return std::make_shared<Resolver>(); }

torch::jit::Module Define(const std::string& source) {
  torch::jit::Module module("__torch__.Test");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(source + "\n", MakeResolver());
  return module;
}

std::shared_ptr<core::TorchScriptEngine> DefineEngine(const std::string& source,
                                                      core::ExecutorMode executor) {
  return std::make_shared<core::TorchScriptEngine>(Define(source), executor);
}

std::string Bytes(const torch::jit::Module& module) {
  std::ostringstream stream;
  module.save(stream);
  return std::move(stream).str();
}

c10::IValue Run(const std::shared_ptr<core::Engine>& engine, torch::jit::Stack inputs,
                const std::string& method, core::GradState grad) {
  return core::Execute(
      {engine, &engine->FindMethod(method), std::move(inputs), grad, std::nullopt});
}

at::Tensor Ones(at::IntArrayRef sizes) { return at::ones(sizes); }

TemporaryFile::TemporaryFile(const std::string& content, const std::string& ending) {
  static int count = 0;
  const std::string name =
      "libtorch-node-test-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ending;
  path_ = std::filesystem::temp_directory_path() / name;
  std::ofstream(path_, std::ios::binary) << content;
}

TemporaryFile::~TemporaryFile() { std::remove(path_.c_str()); }

}  // namespace libtorch_node::test

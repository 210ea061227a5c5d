#include <string_view>

#include "core/error.h"
#include "core/module/format.h"

namespace libtorch_node::core {
namespace {

constexpr std::string_view kExportInPython =
    "Export the model in Python with torch.jit.script(model).save('model.pt')";

struct Advice {
  std::string_view what;
  std::string_view todo;
};

Advice AdviceFor(FileKind kind) {
  switch (kind) {
    case FileKind::kTorchScript:
      return {"a TorchScript module", "Load it with loadModule"};
    case FileKind::kLite:
      return {"a module for the lite interpreter", "Load it with loadModule"};
    case FileKind::kFlatbuffer:
      return {"a flatbuffer module of the lite interpreter",
              "Save it as a zip archive in Python with _save_for_lite_interpreter, or load it with "
              "{ allowFlatbuffer: true } if you trust it"};
    case FileKind::kStateDict:
      return {"a state dict or other object written by torch.save: it holds weights but no code",
              "Export the model in Python with torch.jit.script(model).save('model.pt'), or load "
              "the weights into a "
              "module with loadStateDict"};
    case FileKind::kLegacyPickle:
      return {
          "a Python pickle, as torch.save wrote before version 1.6: weights or an object, no code",
          kExportInPython};
    case FileKind::kLegacyTar:
      return {"a tar archive, as torch.save wrote before version 0.4, or another tar file",
              "Load it with torch.load in Python, then export it with "
              "torch.jit.script(model).save('model.pt')"};
    case FileKind::kExport:
      return {"a program of torch.export (.pt2), which LibTorch cannot run without Python",
              "Export the model in Python with torch.jit.trace(model, inputs).save('model.pt') "
              "instead"};
    case FileKind::kAotInductor:
      return {"a package compiled by AOTInductor (.pt2): native code for one kind of machine",
              "This version does not run such packages. Export the model in Python with "
              "torch.jit.trace(model, inputs).save('model.pt') instead"};
    case FileKind::kOnnx:
      return {"an ONNX model",
              "Run it with onnxruntime-node, or export TorchScript from the PyTorch model it came "
              "from"};
    case FileKind::kSafetensors:
      return {"a safetensors file: it holds weights but no code",
              "Load the weights into the model in Python and export it with "
              "torch.jit.script(model).save('model.pt')"};
    case FileKind::kGguf:
      return {"a GGUF file of llama.cpp", "Run it with node-llama-cpp"};
    case FileKind::kTfLite:
      return {"a TensorFlow Lite model",
              "Run it with a TensorFlow Lite runtime, or export TorchScript from PyTorch"};
    case FileKind::kHdf5:
      return {"an HDF5 file, as Keras writes",
              "Export TorchScript from a PyTorch version of the model"};
    case FileKind::kNpy:
      return {"a NumPy array (.npy): data, no code", kExportInPython};
    case FileKind::kNpz:
      return {"an archive of NumPy arrays (.npz): data, no code", kExportInPython};
    case FileKind::kZip:
      return {"a zip archive without a module in it", "Unpack it and load the model file inside"};
    case FileKind::kGzip:
      return {"a gzip file", "Unpack it first: gunzip, or tar -xzf"};
    case FileKind::kGitLfsPointer:
      return {"a Git LFS pointer: a few lines of text in place of the model",
              "Run `git lfs pull` to get the model itself"};
    case FileKind::kHtml:
      return {"an HTML page, most likely an error page saved by a download",
              "Download the model again and check that the address is that of the file"};
    case FileKind::kText:
      return {"a text file", "Check that the path is that of the model"};
    case FileKind::kEmpty:
      return {"an empty file", "Download or export it again"};
    case FileKind::kTruncatedZip:
      return {
          "a zip archive that is truncated or damaged: its table of contents at the end cannot be "
          "read",
          "Download or copy it again, and compare its size with the original's"};
    case FileKind::kDirectory:
      return {"a directory", "Give the path of a model file in it"};
    case FileKind::kUnknown:
      return {"a file of a format that is not known here", kExportInPython};
  }
  return {};
}

}  // namespace

void ThrowNotAModule(FileKind kind, const std::string& path) {
  const auto [what, todo] = AdviceFor(kind);
  std::string message = path.empty() ? "the given bytes" : path;
  message.append(": expected a TorchScript module, got ")
      .append(what)
      .append(". ")
      .append(todo)
      .append(".");
  throw Error("ERR_NOT_A_MODULE", message);
}

}  // namespace libtorch_node::core

#include "core/error_message.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <new>
#include <string_view>

namespace libtorch_node::core {
namespace {

constexpr std::string_view kInterpreterFailed =
    "The following operation failed in the TorchScript interpreter.";
constexpr std::string_view kAllocationFailed = "memory: you tried to allocate";
constexpr std::string_view kSizeOverflows = "Storage size calculation overflowed";
constexpr std::string_view kDeviceIsFull = "out of memory. Tried to allocate";
constexpr std::string_view kNotDeterministic = "does not have a deterministic implementation";
constexpr std::string_view kNotResizable = "Trying to resize storage that is not resizable";
constexpr std::string_view kNoKernel = ". This could be because the operator doesn't exist";
constexpr std::string_view kKernels = "is only available for these backends: [";

/// Autograd's errors are told apart by their words alone.
struct AutogradError {
  std::string_view words;
  const char* code;
  ErrorKind kind = ErrorKind::kTorch;
};
constexpr std::array<AutogradError, 15> kAutogradErrors{{
    {"does not require grad", "ERR_NO_GRAD"},
    {"can't retain_grad on Tensor that has requires_grad=False", "ERR_NO_GRAD"},
    {"appears to not have been used in the graph", "ERR_NO_GRAD"},
    {"grad can be implicitly created only for", "ERR_NOT_SCALAR"},
    {"Trying to backward through the graph a second time", "ERR_GRAPH_FREED"},
    {"has been modified by an inplace operation", "ERR_MODIFIED_IN_PLACE"},
    {"is being used in an in-place operation", "ERR_LEAF_IN_PLACE"},
    {"is a view and is being modified inplace", "ERR_LEAF_IN_PLACE"},
    {"you can only change requires_grad flags of leaf", "ERR_NOT_LEAF"},
    {"Can't detach views in-place", "ERR_NOT_LEAF"},
    {"Inference tensors cannot be saved for backward", "ERR_INFERENCE_TENSOR"},
    {"on inference tensor outside", "ERR_INFERENCE_TENSOR"},
    {"Inplace update to inference tensor", "ERR_INFERENCE_TENSOR"},
    {"Cannot set version_counter for inference tensor", "ERR_INFERENCE_TENSOR"},
    {"dtype can require gradients", "ERR_TYPE", ErrorKind::kType},
}};

constexpr std::string_view kBacktrace = "\nException raised from ";

bool EndsLikeSource(std::string_view path) {
  constexpr std::array<std::string_view, 7> kEndings{".py", ".cpp", ".cc",   ".h",
                                                     ".cu", ".cuh", ".ipynb"};
  for (const auto ending : kEndings) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

bool IsPathCharacter(char c) {
  return std::isspace(static_cast<unsigned char>(c)) == 0 &&
         std::string_view("\"'()<>|,;:").find(c) == std::string_view::npos;
}

bool StartsPath(const std::string& text, std::size_t at) {
  if (at > 0 && IsPathCharacter(text[at - 1])) return false;
  const auto is_slash = [&](std::size_t i) {
    return i < text.size() && (text[i] == '/' || text[i] == '\\');
  };
  const bool drive = std::isalpha(static_cast<unsigned char>(text[at])) != 0 &&
                     at + 1 < text.size() && text[at + 1] == ':' && is_slash(at + 2);
  return text[at] == '/' || drive;
}

/// Where a path that starts at `at` ends; quoted ones may contain spaces.
std::size_t EndOfPath(const std::string& text, std::size_t at) {
  if (at > 0 && text[at - 1] == '"') {
    const auto end = text.find_first_of("\"\n", at);
    return end == std::string::npos ? text.size() : end;
  }
  std::size_t end = text[at] == '/' ? at : at + 2;
  while (end < text.size() && IsPathCharacter(text[end])) ++end;
  return end;
}

std::string WithoutFolders(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (!StartsPath(text, at)) {
      result += text[at++];
      continue;
    }
    const std::size_t end = EndOfPath(text, at);
    const std::string_view path(text.data() + at, end - at);
    const auto slash = path.find_last_of("/\\");
    result += EndsLikeSource(path) ? path.substr(slash + 1) : path;
    at = end;
  }
  return result;
}

std::string WithoutBacktrace(std::string text) {
  const auto start = text.find(kBacktrace);
  if (start != std::string::npos) {
    // Frames are lines; what follows them (TorchScript's own traceback) stays.
    auto end = text.find('\n', start + 1);
    while (end != std::string::npos && text.compare(end + 1, 6, "frame ") == 0) {
      end = text.find('\n', end + 1);
    }
    text.erase(start, end == std::string::npos ? std::string::npos : end - start);
  }
  return text;
}

std::string Trim(const std::string& text) {
  const auto first = text.find_first_not_of(" \n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsOutOfMemory(std::string_view text) {
  return Contains(text, kAllocationFailed) || Contains(text, kDeviceIsFull);
}

/// LibTorch lists all dispatch keys where it has no kernel; the backends among them are what helps.
std::string WithoutDispatchTable(const std::string& message) {
  const auto reasons = message.find(kNoKernel);
  const auto list = message.find(kKernels);
  if (reasons == std::string::npos || list == std::string::npos) return message;
  const auto start = list + kKernels.size();
  const auto end = message.find(", BackendSelect", start);
  if (end == std::string::npos) return message;
  return message.substr(0, reasons) + "; there is a kernel for " +
         message.substr(start, end - start);
}

/// "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: ..."
std::string WithoutEnforce(const std::string& message) {
  if (!message.starts_with("[enforce fail at ")) return message;
  const auto condition = message.find("] ");
  const auto end = message.find(". ", std::min(condition, message.size()));
  return end == std::string::npos ? message : message.substr(end + 2);
}

/// LibTorch puts the cause after the traceback; here it comes first. `raised` is the Python class.
std::string CauseFirst(const std::string& message, const std::string& raised = {}) {
  const auto start = message.find(kInterpreterFailed);
  if (start == std::string::npos) return message;
  const std::string rest = Trim(message.substr(start + kInterpreterFailed.size()));
  const std::string label = "\n" + (raised.empty() ? "RuntimeError" : raised) + ": ";
  const auto at = rest.rfind(label);
  if (at == std::string::npos) return rest;
  std::string cause = Trim(rest.substr(at + label.size()));
  if (!raised.empty()) cause = raised.substr(raised.rfind('.') + 1) + ": " + cause;
  return WithoutEnforce(cause) + "\n" + Trim(rest.substr(0, at));
}

ErrorInfo Torch(const char* code, const c10::Error& error, ErrorKind kind = ErrorKind::kTorch) {
  return {code, kind, Scrub(error.what_without_backtrace()), {}};
}

ErrorInfo DescribeTorch(const c10::Error& error) {
  const std::string_view message = error.what_without_backtrace();
  if (IsOutOfMemory(message) || Contains(message, kSizeOverflows)) {
    return Torch("ERR_OUT_OF_MEMORY", error);
  }
  for (const AutogradError& known : kAutogradErrors) {
    if (Contains(message, known.words)) return Torch(known.code, error, known.kind);
  }
  if (Contains(message, kNotResizable)) return Torch("ERR_NOT_RESIZABLE", error);
  if (Contains(message, kNotDeterministic)) return Torch("ERR_NOT_DETERMINISTIC", error);
  return Torch("ERR_TORCH", error);
}

ErrorInfo DescribeStandard(const std::exception& error) {
  const std::string message = error.what();
  const bool in_script = Contains(message, kInterpreterFailed);
  if (IsOutOfMemory(message)) {
    return {"ERR_OUT_OF_MEMORY", ErrorKind::kTorch, CauseFirst(Scrub(message)), {}};
  }
  return {in_script ? "ERR_SCRIPT_FAILED" : "ERR_INTERNAL",
          ErrorKind::kTorch,
          CauseFirst(Scrub(message)),
          {}};
}

ErrorInfo DescribeRaised(const torch::jit::JITException& error) {
  const std::string raised = error.getPythonClassName().value_or("");
  return {"ERR_SCRIPT_RAISED", ErrorKind::kTorch, CauseFirst(Scrub(error.what()), raised), raised};
}

}  // namespace

std::string Scrub(const std::string& message) {
  return WithoutEnforce(WithoutDispatchTable(Trim(WithoutFolders(WithoutBacktrace(message)))));
}

ErrorInfo Describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return {error.code(), error.kind(), error.what(), error.detail()};
  } catch (const c10::OutOfMemoryError& error) {
    return Torch("ERR_OUT_OF_MEMORY", error);
  } catch (const c10::IndexError& error) {
    return Torch("ERR_INDEX", error, ErrorKind::kRange);
  } catch (const c10::TypeError& error) {
    return Torch("ERR_TYPE", error, ErrorKind::kType);
  } catch (const c10::ValueError& error) {
    return Torch("ERR_VALUE", error, ErrorKind::kRange);
  } catch (const c10::NotImplementedError& error) {
    return Torch("ERR_NOT_IMPLEMENTED", error);
  } catch (const c10::LinAlgError& error) {
    return Torch("ERR_LINALG", error);
  } catch (const c10::Error& error) {
    return DescribeTorch(error);
  } catch (const torch::jit::JITException& error) {
    return DescribeRaised(error);
  } catch (const torch::jit::ErrorReport& error) {
    return {"ERR_COMPILE", ErrorKind::kTorch, Scrub(error.what()), {}};
  } catch (const std::bad_alloc&) {
    return {"ERR_OUT_OF_MEMORY", ErrorKind::kTorch, "not enough memory", {}};
  } catch (const std::exception& error) {
    return DescribeStandard(error);
  } catch (...) {
    return {"ERR_INTERNAL", ErrorKind::kTorch, "an unknown C++ exception", {}};
  }
}

}  // namespace libtorch_node::core

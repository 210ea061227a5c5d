#include <c10/macros/Export.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>

#include "core/runtime/warning.h"
#include "test/check.h"

namespace libtorch_node::test {
namespace {

constexpr std::string_view kChild = "--child=";

/// Empty when the case passed.
std::string Run(const Case& test) {
  try {
    test.body();
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

int RunAll(const std::vector<std::string_view>& filters) {
  const core::WarningScope quiet(nullptr);
  int passed = 0;
  std::vector<std::string> failures;
  for (const Case& test : Tests()) {
    const bool wanted =
        filters.empty() || std::any_of(filters.begin(), filters.end(), [&](auto filter) {
          return test.name.find(filter) != std::string::npos;
        });
    if (!wanted) continue;
    const std::string failure = Run(test);
    if (failure.empty()) {
      ++passed;
    } else {
      failures.push_back(test.name + ": " + failure);
      std::fprintf(stderr, "FAILED %s\n", failures.back().c_str());
    }
  }
  std::printf("%d passed, %zu failed\n", passed, failures.size());
  return failures.empty() ? 0 : 1;
}

}  // namespace

std::vector<Case>& Tests() {
  static std::vector<Case> tests;
  return tests;
}

std::vector<Case>& Children() {
  static std::vector<Case> children;
  return children;
}

void Fail(const char* file, int line, const std::string& what) {
  throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

int RunChild(const std::string& name) {
  const std::string argument = std::string(kChild) + name;
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "libtorch_node_core_test", argument.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace libtorch_node::test

#ifdef __SANITIZE_ADDRESS__
// Allocations that must fail are part of the tests.
extern "C" C10_EXPORT const char* __asan_default_options() { return "allocator_may_return_null=1"; }
// LibTorch's archive reader does not free its directory when it refuses an archive.
extern "C" C10_EXPORT const char* __lsan_default_suppressions() {
  return "leak:mz_zip_reader_init\n";
}
#endif

int main(int count, char** arguments) {
  using namespace libtorch_node::test;
  const std::vector<std::string_view> filters(arguments + 1, arguments + count);
  if (filters.size() == 1 && filters[0].starts_with(kChild)) {
    for (const Case& child : Children()) {
      if (child.name == filters[0].substr(kChild.size())) child.body();
    }
    return 0;
  }
  return RunAll(filters);
}

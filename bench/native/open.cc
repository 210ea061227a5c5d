// open LIBRARY...: how long the dynamic linker takes to open libraries in a process of its own.
#include <dlfcn.h>

#include <chrono>
#include <iostream>

int main(int count, char** paths) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 1; i < count; ++i) {
    if (dlopen(paths[i], RTLD_NOW | RTLD_LOCAL) == nullptr) {
      std::cerr << dlerror() << std::endl;
      return 1;
    }
  }
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;
  std::cout << "{\"ns\":" << elapsed.count() << "}" << std::endl;
}

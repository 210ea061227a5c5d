#pragma once

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

namespace bench {

/// Answers each line of input, a count, with a line of output: the nanoseconds that `loop(count)`
/// took.
template <typename Loop>
int AnswerLines(const Loop& loop) {
  std::cout << "{\"ready\":true}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const std::int64_t count = std::stoll(line);
    loop(count / 8);
    const auto start = std::chrono::steady_clock::now();
    loop(count);
    const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;
    std::cout << "{\"ns\":" << elapsed.count() << "}" << std::endl;
  }
  return 0;
}

}  // namespace bench

#pragma once

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.h"

namespace libtorch_node::test {

struct Case {
  std::string name;
  std::function<void()> body;
};

/// Tests, and what tests run in a process of its own.
std::vector<Case>& Tests();
std::vector<Case>& Children();

struct Registration {
  Registration(std::vector<Case>& cases, const char* name, std::function<void()> body) {
    cases.push_back({name, std::move(body)});
  }
};

[[noreturn]] void Fail(const char* file, int line, const std::string& what);

/// Runs the named child in a new process: its exit status, or 128 and the signal's number.
int RunChild(const std::string& name);

template <typename A, typename B>
void CheckEqual(const char* file, int line, const char* text, const A& actual, const B& expected) {
  if (actual == expected) return;
  std::ostringstream what;
  what << text << ": expected " << expected << ", got " << actual;
  Fail(file, line, what.str());
}

inline void CheckContains(const char* file, int line, const std::string& text,
                          const std::string& part) {
  if (text.find(part) == std::string::npos) {
    Fail(file, line, "expected '" + part + "' in '" + text + "'");
  }
}

template <typename Body>
std::string CheckThrowsCode(const char* file, int line, const Body& body, const std::string& code) {
  try {
    body();
  } catch (const core::Error& error) {
    CheckEqual(file, line, "the error's code", error.code(), code);
    return error.what();
  }
  Fail(file, line, "expected an error with the code " + code);
}

}  // namespace libtorch_node::test

#define TEST_CASE_IN(list, name)                                                       \
  static void name();                                                                  \
  static const ::libtorch_node::test::Registration register_##name(list, #name, name); \
  static void name()
#define TEST(name) TEST_CASE_IN(::libtorch_node::test::Tests(), name)
#define CHILD(name) TEST_CASE_IN(::libtorch_node::test::Children(), name)

#define EXPECT(condition) \
  if (!(condition)) ::libtorch_node::test::Fail(__FILE__, __LINE__, #condition)
#define EXPECT_EQ(actual, expected) \
  ::libtorch_node::test::CheckEqual(__FILE__, __LINE__, #actual, actual, expected)
#define EXPECT_CONTAINS(text, part) \
  ::libtorch_node::test::CheckContains(__FILE__, __LINE__, text, part)
/// Gives the message.
#define EXPECT_CODE(statement, code) \
  ::libtorch_node::test::CheckThrowsCode(__FILE__, __LINE__, [&] { statement; }, code)

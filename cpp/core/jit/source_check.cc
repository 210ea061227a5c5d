#include "core/jit/source_check.h"

#include <torch/csrc/jit/frontend/lexer.h>

#include <stdexcept>

namespace libtorch_node::core {

namespace {

using torch::jit::Token;

// Each level costs the compiler up to about 6 kB of stack, and definitions can be compiled inside
// one another: the sum over them must fit as well.
constexpr std::size_t kDeepest = 2000;
constexpr std::size_t kDeepestTogether = 20000;
// Blocks are also walked on threads with ordinary stacks, when a module is saved or run.
constexpr std::size_t kDeepestBlock = 64;
// What follows a way out of a block becomes a block of its own, inside the one before.
constexpr std::size_t kMostExits = 200;

/// How deep the tree gets that LibTorch will build: by brackets, by blocks, by chains of `elif`,
/// and by the words of an expression, each of which may be an operator around the rest.
class DepthMeter {
 public:
  explicit DepthMeter(const ScriptText& text) : text_(text) {}

  void Add(const Token& token) {
    switch (token.kind) {
      case '(':
      case '[':
      case '{':
        ++chains_.back();
        chains_.push_back(0);
        break;
      case ')':
      case ']':
      case '}':
        if (chains_.size() > 1) chains_.pop_back();
        ++chains_.back();
        break;
      case ',':
        chains_.back() = 0;
        break;
      case torch::jit::TK_INDENT:
        blocks_.push_back(0);
        chains_.assign(1, 0);
        break;
      case torch::jit::TK_DEDENT:
        if (blocks_.size() > 1) blocks_.pop_back();
        chains_.assign(1, 0);
        break;
      case torch::jit::TK_NEWLINE:
        chains_.assign(1, 0);
        break;
      case torch::jit::TK_DEF:
        together_ += deepest_of_def_;
        deepest_of_def_ = 0;
        exits_ = 0;
        ++chains_.back();
        break;
      case torch::jit::TK_RETURN:
      case torch::jit::TK_BREAK:
      case torch::jit::TK_CONTINUE:
        if (blocks_.size() > 2) ++exits_;
        ++chains_.back();
        break;
      case torch::jit::TK_ELIF:
        ++blocks_.back();
        ++chains_.back();
        break;
      default:
        ++chains_.back();
    }
    Check(token);
  }

 private:
  void Check(const Token& token) {
    std::size_t blocks = blocks_.size();
    for (const std::size_t branches : blocks_) blocks += branches;
    std::size_t depth = blocks;
    for (const std::size_t words : chains_) depth += words;
    if (depth > deepest_of_def_) deepest_of_def_ = depth;
    const std::size_t start = token.range.start();
    if (blocks > kDeepestBlock) throw ErrorAt(text_, start, "too many blocks inside one another");
    if (exits_ > kMostExits) {
      throw ErrorAt(text_, start, "too many ways out of blocks: split the function");
    }
    if (depth > kDeepest) {
      throw ErrorAt(text_, start, "the expression is too deep: split it into several statements");
    }
    if (together_ + depth > kDeepestTogether) {
      throw ErrorAt(text_, start, "the script is too large: split it into several modules");
    }
  }

  const ScriptText& text_;
  std::vector<std::size_t> chains_{0};  // words since the last comma, of each open bracket
  std::vector<std::size_t> blocks_{0};  // branches of the `if` chain, of each open block
  std::size_t exits_ = 0;  // returns, breaks and continues inside blocks, of one definition
  std::size_t deepest_of_def_ = 0;
  std::size_t together_ = 0;
};

}  // namespace

ScriptOutline CheckScript(const ScriptText& text) {
  const std::size_t nul = text.plain.find('\0');
  if (nul != std::string::npos) throw ErrorAt(text, nul, "unexpected NUL character");
  ScriptOutline outline;
  DepthMeter meter(text);
  try {
    torch::jit::Lexer lexer(std::make_shared<torch::jit::Source>(text.plain, text.name, 1));
    std::size_t level = 0;
    std::size_t words_of_def = 0;  // counts from `def`: its name, the bracket, the first argument
    for (;;) {
      const Token token = lexer.next();
      if (token.kind == torch::jit::TK_EOF) break;
      meter.Add(token);
      if (token.kind == torch::jit::TK_INDENT) ++level;
      if (token.kind == torch::jit::TK_DEDENT && level > 0) --level;
      if (words_of_def > 0 && ++words_of_def == 4) {
        outline.takes_self.push_back(token.text_view() == "self");
        words_of_def = 0;
      }
      if (token.kind == torch::jit::TK_DEF && level == 0) words_of_def = 1;
    }
  } catch (const std::runtime_error&) {
    ThrowCompileError(text, std::current_exception());
  }
  return outline;
}

}  // namespace libtorch_node::core

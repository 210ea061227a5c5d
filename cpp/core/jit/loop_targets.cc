#include "core/jit/loop_targets.h"

#include <vector>

namespace libtorch_node::core {

namespace {

using torch::jit::Expr;
using torch::jit::Stmt;
using Block = torch::jit::List<Stmt>;

Block Rewritten(const Block& block);

Stmt Rewritten(const Stmt& statement) {
  switch (statement.kind()) {
    case torch::jit::TK_IF: {
      const torch::jit::If branch(statement);
      return Stmt(torch::jit::If::create(branch.range(), branch.cond(),
                                         Rewritten(branch.trueBranch()),
                                         Rewritten(branch.falseBranch())));
    }
    case torch::jit::TK_WHILE: {
      const torch::jit::While loop(statement);
      return Stmt(torch::jit::While::create(loop.range(), loop.cond(), Rewritten(loop.body())));
    }
    case torch::jit::TK_WITH: {
      const torch::jit::With with(statement);
      return Stmt(torch::jit::With::create(with.range(), with.targets(), Rewritten(with.body())));
    }
    case torch::jit::TK_FOR: {
      const torch::jit::For loop(statement);
      torch::jit::List<Expr> targets = loop.targets();
      if (targets.size() > 1) {
        const Expr tuple = torch::jit::TupleLiteral::create(targets.range(), targets);
        targets = torch::jit::List<Expr>::create(targets.range(), {tuple});
      }
      return Stmt(
          torch::jit::For::create(loop.range(), targets, loop.itrs(), Rewritten(loop.body())));
    }
    default:
      return statement;
  }
}

Block Rewritten(const Block& block) {
  std::vector<Stmt> statements;
  for (const Stmt& statement : block) statements.push_back(Rewritten(statement));
  return Block::create(block.range(), statements);
}

}  // namespace

torch::jit::Def WithSingleTargets(const torch::jit::Def& definition) {
  return torch::jit::Def::create(definition.range(), definition.name(), definition.decl(),
                                 Rewritten(definition.statements()));
}

}  // namespace libtorch_node::core

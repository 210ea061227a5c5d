#include "core/module/lite_verify.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/runtime/instruction.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/module/format.h"
#include "core/module/pickled_tuple.h"

namespace libtorch_node::core {
namespace {

using torch::jit::Instruction;
using torch::jit::OpCode;

/// How long a function's tables are.
struct Tables {
  std::string name;
  std::vector<Instruction> instructions;
  std::size_t operators = 0;
  /// Whether each is a string.
  std::vector<bool> constants;
  std::size_t types = 0;
  std::size_t functions = 0;
  std::size_t registers = 0;
};

constexpr std::string_view kSubject = "its bytecode";

[[noreturn]] void ThrowDamaged(const std::string& what) {
  throw Error("ERR_LOAD_FAILED", std::string(kSubject) + " is damaged: " + what);
}

bool Within(int64_t first, int64_t count, std::size_t size) {
  return first >= 0 && count >= 0 && first + count <= static_cast<int64_t>(size);
}

bool IsGood(const Tables& tables, const Instruction& instruction, std::size_t at) {
  const int64_t x = instruction.X;
  const int64_t n = instruction.N;
  switch (instruction.op) {
    case torch::jit::OP:
    case torch::jit::OPN:
      return Within(x, 1, tables.operators);
    case torch::jit::LOAD:
    case torch::jit::MOVE:
    case torch::jit::STORE:
    case torch::jit::DROPR:
      return Within(x - 1, 1, tables.registers);
    case torch::jit::STOREN:
      return Within(x - 1, n, tables.registers);
    case torch::jit::LOADC:
      return Within(x, 1, tables.constants.size());
    case torch::jit::JF:
    case torch::jit::JMP:
    case torch::jit::LOOP:
      return Within(static_cast<int64_t>(at) + x, 1, tables.instructions.size());
    case torch::jit::CALL:
      return Within(x, 1, tables.functions);
    case torch::jit::INTERFACE_CALL:
      return n > 0 && Within(x, 1, tables.constants.size()) &&
             tables.constants[static_cast<std::size_t>(x)];
    case torch::jit::LIST_CONSTRUCT:
    case torch::jit::DICT_CONSTRUCT:
    case torch::jit::NAMED_TUPLE_CONSTRUCT:
    case torch::jit::CREATE_OBJECT:
      return Within(x, 1, tables.types);
    case torch::jit::ISINSTANCE:
      return Within(x, n, tables.types);
    case torch::jit::GET_ATTR:
    case torch::jit::SET_ATTR:
    case torch::jit::TUPLE_CONSTRUCT:
    case torch::jit::LIST_UNPACK:
      return x >= 0;
    default:
      return true;
  }
}

void Check(const Tables& tables) {
  const auto& all = tables.instructions;
  const auto fail = [&](std::size_t at) {
    ThrowDamaged("instruction " + std::to_string(at) + " of '" + tables.name + "'");
  };
  // The interpreter reads on until it returns.
  if (all.empty() || all.back().op != torch::jit::RET) fail(all.size());
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!IsGood(tables, all[at], at)) fail(at);
  }
}

std::optional<OpCode> CodeOf(std::string_view name) {
#define LIBTORCH_NODE_IS(op, _) \
  if (name == #op) return torch::jit::op;
  FORALL_OPCODES(LIBTORCH_NODE_IS)
#undef LIBTORCH_NODE_IS
  return std::nullopt;
}

Instruction InstructionOf(const PickledTuple& parts) {
  const auto code = CodeOf(parts.TextAt(0));
  const int64_t x = parts.IntAt(1);
  const int64_t n = parts.IntAt(2);
  if (!code || x < std::numeric_limits<int32_t>::min() || x > std::numeric_limits<int32_t>::max() ||
      n < 0 || n > std::numeric_limits<uint16_t>::max()) {
    ThrowDamaged("an instruction is none");
  }
  return {*code, static_cast<int32_t>(x), static_cast<uint16_t>(n)};
}

Tables TablesOf(const PickledTuple& function) {
  Tables tables;
  tables.name = function.TextAt(0);
  const PickledTuple code = function.TupleAt(1);
  const PickledTuple instructions = code.Field(0, "instructions");
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    tables.instructions.push_back(InstructionOf(instructions.TupleAt(i)));
  }
  const PickledTuple operators = code.Field(1, "operators");
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const PickledTuple name = operators.TupleAt(i);
    name.TextAt(0);
    name.TextAt(1);
    if (name.size() > 2) name.IntAt(2);
  }
  tables.operators = operators.size();
  const PickledTuple constants = code.Field(2, "constants");
  for (const c10::IValue& value : constants.all()) {
    tables.constants.push_back(value.isString());
  }
  const PickledTuple types = code.Field(3, "types");
  for (std::size_t i = 0; i < types.size(); ++i) types.TextAt(i);
  tables.types = types.size();
  const int64_t registers = code.IntField(4, "register_size");
  // What the interpreter reserves before it runs.
  constexpr int64_t kMost = 1 << 24;
  if (!Within(registers, 0, kMost)) ThrowDamaged("its registers");
  tables.registers = static_cast<std::size_t>(registers);
  // Upgraders of old operators, which LibTorch adds; it counts them when all is loaded.
  tables.functions = std::numeric_limits<int32_t>::max();
  return tables;
}

}  // namespace

void CheckInstructions(const torch::jit::mobile::Function& function) {
  const torch::jit::mobile::Code& code = function.get_code();
  Tables tables{function.name(),    code.instructions_,     code.op_names_.size(), {},
                code.types_.size(), code.functions_.size(), code.register_size_};
  for (const c10::IValue& constant : code.constants_)
    tables.constants.push_back(constant.isString());
  Check(tables);
}

void VerifyBytecode(const std::shared_ptr<Reader>& reader, const std::vector<ZipEntry>& entries) {
  caffe2::serialize::PyTorchStreamReader archive(reader);
  for (const ZipEntry& entry : entries) {
    const std::string name(RecordName(entry));
    if (!name.ends_with(".pkl") || !archive.hasRecord(name)) continue;
    const auto [bytes, count] = archive.getRecord(name);
    if (Crc32({static_cast<const char*>(bytes.get()), count}) == entry.crc) continue;
    throw Error("ERR_LOAD_FAILED",
                "the archive is damaged: the checksum of its record " + name + " does not fit");
  }
  const auto [data, size] = archive.getRecord("bytecode.pkl");
  const PickledTuple functions(
      ReadPickle(static_cast<const char*>(data.get()), size, archive.version()), kSubject);
  functions.IntAt(0);
  for (std::size_t i = 1; i < functions.size(); ++i) Check(TablesOf(functions.TupleAt(i)));
}

}  // namespace libtorch_node::core

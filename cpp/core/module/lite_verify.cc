#include "core/module/lite_verify.h"

#include <ATen/core/jit_type.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/runtime/instruction.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/module/format.h"

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

[[noreturn]] void ThrowDamaged(const std::string& what) {
  throw Error("ERR_LOAD_FAILED", "its bytecode is damaged: " + what);
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

/// A pickled tuple, or nothing that has elements.
class Tuple {
 public:
  explicit Tuple(const c10::IValue& value) {
    if (!value.isTuple()) ThrowDamaged("a table is no tuple");
    elements_ = value.toTupleRef().elements().vec();
  }
  const c10::IValue& At(std::size_t index) const {
    if (index >= elements_.size()) ThrowDamaged("a table is too short");
    return elements_[index];
  }
  int64_t IntAt(std::size_t index) const {
    if (!At(index).isInt()) ThrowDamaged("a number is none");
    return At(index).toInt();
  }
  const std::string& TextAt(std::size_t index) const {
    if (!At(index).isString()) ThrowDamaged("a name is none");
    return At(index).toStringRef();
  }
  const std::vector<c10::IValue>& all() const { return elements_; }

  /// The value of a field by its name, in the place LibTorch looks for it.
  const c10::IValue& Field(std::size_t index, std::string_view name) const {
    const c10::IValue& pair = At(index);
    if (!pair.isTuple() || pair.toTupleRef().elements().size() != 2)
      ThrowDamaged("a field is none");
    const auto& elements = pair.toTupleRef().elements();
    if (!elements[0].isString() || elements[0].toStringRef() != name) {
      ThrowDamaged("the field '" + std::string(name) + "' is missing");
    }
    return elements[1];
  }

 private:
  std::vector<c10::IValue> elements_;
};

Instruction InstructionOf(const c10::IValue& value) {
  const Tuple parts(value);
  const auto code = CodeOf(parts.TextAt(0));
  const int64_t x = parts.IntAt(1);
  const int64_t n = parts.IntAt(2);
  if (!code || x < std::numeric_limits<int32_t>::min() || x > std::numeric_limits<int32_t>::max() ||
      n < 0 || n > std::numeric_limits<uint16_t>::max()) {
    ThrowDamaged("an instruction is none");
  }
  return {*code, static_cast<int32_t>(x), static_cast<uint16_t>(n)};
}

Tables TablesOf(const Tuple& function) {
  Tables tables;
  tables.name = function.TextAt(0);
  const Tuple code(function.At(1));
  const Tuple instructions(code.Field(0, "instructions"));
  for (const c10::IValue& value : instructions.all()) {
    tables.instructions.push_back(InstructionOf(value));
  }
  const Tuple operators(code.Field(1, "operators"));
  for (const c10::IValue& value : operators.all()) {
    const Tuple name(value);
    name.TextAt(0);
    name.TextAt(1);
    if (name.all().size() > 2) name.IntAt(2);
    ++tables.operators;
  }
  const Tuple constants(code.Field(2, "constants"));
  for (const c10::IValue& value : constants.all()) {
    tables.constants.push_back(value.isString());
  }
  const Tuple types(code.Field(3, "types"));
  for (std::size_t i = 0; i < types.all().size(); ++i) types.TextAt(i);
  tables.types = types.all().size();
  const c10::IValue& registers = code.Field(4, "register_size");
  // What the interpreter reserves before it runs.
  constexpr int64_t kMost = 1 << 24;
  if (!registers.isInt() || !Within(registers.toInt(), 0, kMost)) ThrowDamaged("its registers");
  tables.registers = static_cast<std::size_t>(registers.toInt());
  // Upgraders of old operators, which LibTorch adds; it counts them when all is loaded.
  tables.functions = std::numeric_limits<int32_t>::max();
  return tables;
}

c10::IValue ReadPickle(const char* data, std::size_t size, std::uint64_t version) {
  std::size_t at = 0;
  const auto read = [&](char* into, std::size_t count) {
    count = std::min(count, size - at);
    std::memcpy(into, data + at, count);
    at += count;
    return count;
  };
  // Constants may be tensors, and objects of classes written in C++: neither matters here.
  const auto resolve = [](const c10::QualifiedName& name) {
    c10::TypePtr type;
    // Types of constants that are lists of other than numbers, and of dicts, come by here too.
    if (name.qualifiedName().starts_with("List[")) {
      type = c10::ListType::create(c10::AnyType::get());
    } else if (name.qualifiedName().starts_with("Dict[")) {
      type = c10::DictType::create(c10::AnyType::get(), c10::AnyType::get());
    } else {
      type = c10::ClassType::create(name, {});
    }
    return c10::StrongTypePtr(nullptr, std::move(type));
  };
  const auto make = [](const c10::StrongTypePtr&, const c10::IValue&) {
    return c10::intrusive_ptr<c10::ivalue::Object>();
  };
  const auto no_data = [](const std::string&) { return at::DataPtr(nullptr, c10::kCPU); };
  torch::jit::Unpickler unpickler(read, resolve, make, no_data, c10::kCPU, false, nullptr);
  unpickler.set_version(version);
  return unpickler.parse_ivalue();
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
  const Tuple functions(ReadPickle(static_cast<const char*>(data.get()), size, archive.version()));
  functions.IntAt(0);
  for (std::size_t i = 1; i < functions.all().size(); ++i) {
    Check(TablesOf(Tuple(functions.At(i))));
  }
}

}  // namespace libtorch_node::core

#include "core/module/pickle_check.h"

#include <cstring>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"

namespace libtorch_node::core {
namespace {

struct Value;
using Tuple = std::shared_ptr<const std::vector<Value>>;

/// As much of a value as a storage's description needs.
struct Value {
  std::optional<std::int64_t> number;
  std::string_view text;
  Tuple tuple;
};

/// Bytes of an element, by the name of a storage's class.
std::uint64_t ElementSize(std::string_view storage) {
  static const std::unordered_map<std::string_view, std::uint64_t> sizes{
      {"ByteStorage", 1},          {"CharStorage", 1},     {"BoolStorage", 1},
      {"QInt8Storage", 1},         {"QUInt8Storage", 1},   {"ShortStorage", 2},
      {"HalfStorage", 2},          {"BFloat16Storage", 2}, {"IntStorage", 4},
      {"FloatStorage", 4},         {"QInt32Storage", 4},   {"ComplexHalfStorage", 4},
      {"LongStorage", 8},          {"DoubleStorage", 8},   {"ComplexFloatStorage", 8},
      {"UInt16Storage", 2},        {"UInt32Storage", 4},   {"UInt64Storage", 8},
      {"ComplexDoubleStorage", 16}};
  const auto found = sizes.find(storage);
  // Other classes have elements of a byte, or are refused by LibTorch.
  return found == sizes.end() ? 1 : found->second;
}

class PickleCheck {
 public:
  PickleCheck(std::string_view pickle, const std::string& name, const RecordSize& record_size)
      : pickle_(pickle), name_(name), record_size_(record_size) {}

  void Run() {
    if (Read<std::uint8_t>() != 0x80) Fail("it does not begin as a pickle");
    Read<std::uint8_t>();
    while (Step()) {
    }
    if (stack_.empty()) Fail("it ends without a value");
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw Error("ERR_LOAD_FAILED", "the record " + name_ + " is damaged: " + what);
  }

  std::string_view Bytes(std::uint64_t count) {
    if (count > pickle_.size() - at_) Fail("it ends too early");
    const std::string_view bytes = pickle_.substr(at_, count);
    at_ += count;
    return bytes;
  }

  template <typename Number>
  Number Read() {
    Number number;
    std::memcpy(&number, Bytes(sizeof number).data(), sizeof number);
    return number;
  }

  std::string_view Line() {
    const std::size_t end = pickle_.find('\n', at_);
    if (end == std::string_view::npos) Fail("it ends too early");
    const std::string_view line = Bytes(end - at_);
    ++at_;
    return line;
  }

  void Push(Value value = {}) { stack_.push_back(std::move(value)); }
  void PushNumber(std::int64_t number) { Push({number, {}, nullptr}); }

  /// Nothing below a mark is taken.
  std::size_t Available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  Value Pop() {
    if (Available() == 0) Fail("a value is missing");
    Value value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }

  void PopToTuple(std::size_t count) {
    if (Available() < count) Fail("a value is missing");
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
    auto items = std::make_shared<const std::vector<Value>>(first, stack_.end());
    stack_.erase(first, stack_.end());
    Push({std::nullopt, {}, std::move(items)});
  }

  /// How many values there are since the last mark, which is taken away.
  std::size_t TakeMark(std::size_t group = 1) {
    if (marks_.empty()) Fail("a mark is missing");
    const std::size_t count = stack_.size() - marks_.back();
    if (count % group != 0) Fail("a key has no value");
    marks_.pop_back();
    return count;
  }

  void Drop(std::size_t count) { stack_.resize(stack_.size() - count); }

  /// A container with its new elements above it.
  void Extend(std::size_t group) {
    Drop(TakeMark(group));
    if (Available() == 0) Fail("a container is missing");
  }

  void Remember(std::uint32_t index) {
    if (stack_.empty()) Fail("a value is missing");
    // LibTorch makes room for all below it; a pickle has not more values than bytes.
    if (index > pickle_.size()) Fail("a number of a value is too large");
    memo_.insert_or_assign(index, stack_.back());
  }

  void Recall(std::uint32_t index) {
    const auto known = memo_.find(index);
    if (known == memo_.end()) Fail("a value is referred to before it is there");
    Push(known->second);
  }

  void Storage() {
    const Tuple parts = Pop().tuple;
    if (parts == nullptr || parts->size() < 5 || !(*parts)[4].number) Fail("a storage is none");
    const std::int64_t count = *(*parts)[4].number;
    if (count < 0) Fail("a storage is none");
    const std::string key((*parts)[2].text);
    const std::optional<std::uint64_t> held = record_size_(key);
    if (count > 0 && held &&
        static_cast<std::uint64_t>(count) > *held / ElementSize((*parts)[1].text)) {
      Fail("storage '" + key + "' claims " + std::to_string(count) + " elements, its record has " +
           std::to_string(*held) + " bytes");
    }
    PushNumber(count);
  }

  /// What LibTorch takes as it is: where a tensor's elements are in its storage.
  void Tensor(const Value& rebuilt) {
    const auto& parts = *rebuilt.tuple;
    if (parts.size() < 4 || !parts[0].number || !parts[1].number || !parts[2].tuple ||
        !parts[3].tuple || parts[2].tuple->size() != parts[3].tuple->size()) {
      Fail("a tensor is none");
    }
    std::vector<std::pair<std::int64_t, std::int64_t>> dimensions;
    bool empty = false;
    for (std::size_t i = 0; i < parts[2].tuple->size(); ++i) {
      const auto& size = (*parts[2].tuple)[i].number;
      const auto& stride = (*parts[3].tuple)[i].number;
      if (!size || !stride || *size < 0 || *stride < 0) Fail("the shape of a tensor is none");
      empty |= *size == 0;
      dimensions.emplace_back(*size, *stride);
    }
    if (*parts[1].number < 0) Fail("a tensor begins before its storage");
    if (empty) return;
    // What is left behind the first element; a product may be larger than any number.
    std::int64_t left = *parts[0].number - *parts[1].number - 1;
    for (const auto& [size, stride] : dimensions) {
      if (left < 0 || (size > 1 && stride > left / (size - 1))) left = -1;
      if (left >= 0) left -= (size - 1) * stride;
    }
    if (left < 0) Fail("a tensor reaches beyond its storage");
  }

  void Call() {
    PopToTuple(2);
    const Tuple call = stack_.back().tuple;
    const Value& arguments = (*call)[1];
    const std::string_view function = (*call)[0].text;
    const bool tensor = function == "_rebuild_tensor_v2" || function == "_rebuild_qtensor";
    if (!tensor) return;
    if (arguments.tuple == nullptr) Fail("a tensor is none");
    Tensor(arguments);
  }

  bool Step() {
    switch (Read<std::uint8_t>()) {
      case '.':
        return false;
      case ']':
      case '}':
      case 'N':
      case 0x88:
      case 0x89:
        Push();
        break;
      case ')':
        PopToTuple(0);
        break;
      case 'q':
        Remember(Read<std::uint8_t>());
        break;
      case 'r':
        Remember(Read<std::uint32_t>());
        break;
      case 'h':
        Recall(Read<std::uint8_t>());
        break;
      case 'j':
        Recall(Read<std::uint32_t>());
        break;
      case '(':
        marks_.push_back(stack_.size());
        break;
      case 'K':
        PushNumber(Read<std::uint8_t>());
        break;
      case 'M':
        PushNumber(Read<std::uint16_t>());
        break;
      case 'J':
        PushNumber(Read<std::int32_t>());
        break;
      case 0x8a:
        if (Read<std::uint8_t>() != sizeof(std::int64_t)) Fail("a number is too long");
        PushNumber(Read<std::int64_t>());
        break;
      case 'X':
        Push({std::nullopt, Bytes(Read<std::uint32_t>()), nullptr});
        break;
      case 'G':
        Bytes(sizeof(double));
        Push();
        break;
      case 't':
        PopToTuple(TakeMark());
        break;
      case 0x85:
        PopToTuple(1);
        break;
      case 0x86:
        PopToTuple(2);
        break;
      case 0x87:
        PopToTuple(3);
        break;
      case 'e':
        Extend(1);
        break;
      case 'u':
        Extend(2);
        break;
      case 'l':
        Drop(TakeMark());
        Push();
        break;
      case 'd':
        Drop(TakeMark(2));
        Push();
        break;
      case 'c':
        Line();
        Push({std::nullopt, Line(), nullptr});
        break;
      case 0x81:
        Pop();
        break;
      case 'b':
      case 'R':
        Call();
        break;
      case 'Q':
        Storage();
        break;
      default:
        Fail("an instruction is none");
    }
    return true;
  }

  const std::string_view pickle_;
  const std::string& name_;
  const RecordSize& record_size_;
  std::size_t at_ = 0;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Value> memo_;
};

}  // namespace

void CheckPickle(std::string_view pickle, const std::string& name, const RecordSize& record_size) {
  PickleCheck(pickle, name, record_size).Run();
}

}  // namespace libtorch_node::core

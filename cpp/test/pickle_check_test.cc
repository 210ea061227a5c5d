#include "core/module/pickle_check.h"

#include <torch/csrc/jit/serialization/pickle.h>

#include "test/check.h"

namespace libtorch_node::test {
namespace {

using core::CheckPickle;

constexpr std::uint64_t kRecord = 24;
constexpr std::string_view kZeros("\0\0\0", 3);

std::string Pickle(const std::string& body) { return "\x80\x02" + body; }

/// A storage of so many floats, as a persistent id.
std::string Storage(char count) {
  std::ostringstream text;
  text << "(X\x07" << kZeros << "storagectorch\nFloatStorage\nX\x01" << kZeros << "0X\x03" << kZeros
       << "cpuK" << count << "tQ";
  return text.str();
}

/// A vector of so many elements, `stride` apart, from `offset` on.
std::string Vector(char offset, char size, char stride) {
  std::ostringstream text;
  text << "ctorch._utils\n_rebuild_tensor_v2\n(" << Storage(6) << 'K' << offset << 'K' << size
       << "\x85K" << stride << "\x85\x89)tR.";
  return text.str();
}

void Check(const std::string& pickle) {
  CheckPickle(pickle, "data.pkl", [](const std::string&) { return kRecord; });
}

std::string Refused(const std::string& pickle) {
  return EXPECT_CODE(Check(pickle), "ERR_LOAD_FAILED");
}

TEST(a_pickle_that_libtorch_wrote_is_fine) {
  std::vector<at::Tensor> tensors;
  const auto value = c10::ivalue::Tuple::create({1, 2.5, "text", c10::IValue(), true});
  const std::vector<char> bytes = torch::jit::pickle(value, &tensors);
  Check({bytes.begin(), bytes.end()});
}

TEST(a_pickle_that_takes_what_is_not_there_is_refused) {
  EXPECT_CONTAINS(Refused(Pickle("\x86.")), "a value is missing");
  EXPECT_CONTAINS(Refused(Pickle("t.")), "a mark is missing");
  EXPECT_CONTAINS(Refused(Pickle("N(\x85.")), "a value is missing");
  EXPECT_CONTAINS(Refused(Pickle("(NNu.")), "a container is missing");
  EXPECT_CONTAINS(Refused(Pickle("}(Nu.")), "a key has no value");
  EXPECT_CONTAINS(Refused(Pickle("h\x01.")), "referred to before");
  EXPECT_CONTAINS(Refused(Pickle("R.")), "a value is missing");
  EXPECT_CONTAINS(Refused(Pickle(".")), "without a value");
  EXPECT_CONTAINS(Refused(Pickle("\xff.")), "an instruction is none");
}

TEST(a_pickle_that_is_too_short_is_refused) {
  EXPECT_CONTAINS(Refused(""), "it ends too early");
  EXPECT_CONTAINS(Refused(Pickle("N")), "it ends too early");
  EXPECT_CONTAINS(Refused(Pickle("X\xff\xff\xff\xff.")), "it ends too early");
  EXPECT_CONTAINS(Refused(Pickle("ctorch\n")), "it ends too early");
}

TEST(a_pickle_may_not_make_libtorch_reserve_as_it_likes) {
  EXPECT_CONTAINS(Refused(Pickle("Nr\xff\xff\xff\xff.")), "too large");
}

TEST(a_storage_has_not_more_elements_than_its_record) {
  Check(Pickle(Storage(6) + "."));
  EXPECT_CONTAINS(Refused(Pickle(Storage(7) + ".")), "claims 7 elements, its record has 24 bytes");
}

TEST(a_tensor_stays_in_its_storage) {
  Check(Pickle(Vector(0, 6, 1)));
  Check(Pickle(Vector(1, 3, 2)));
  Check(Pickle(Vector(9, 0, 1)));
  EXPECT_CONTAINS(Refused(Pickle(Vector(1, 6, 1))), "beyond its storage");
  EXPECT_CONTAINS(Refused(Pickle(Vector(0, 4, 2))), "beyond its storage");
  EXPECT_CONTAINS(Refused(Pickle(Vector(7, 1, 0))), "beyond its storage");
}

}  // namespace
}  // namespace libtorch_node::test

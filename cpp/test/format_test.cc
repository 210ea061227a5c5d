#include "core/module/format.h"

#include <cstring>

#include "core/module/load.h"
#include "test/check.h"
#include "test/modules.h"

namespace libtorch_node::test {
namespace {

using core::DetectFormat;
using core::FileKind;

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

void Put(std::string& bytes, uint64_t value, int width) {
  for (int i = 0; i < width; ++i, value >>= 8) bytes += static_cast<char>(value & 255);
}

/// A zip of stored, empty records.
std::string Zip(const std::vector<std::string>& names) {
  std::string bytes;
  std::string directory;
  for (const std::string& name : names) {
    directory += "PK\x01\x02";
    Put(directory, 0, 24);
    Put(directory, name.size(), 2);
    Put(directory, 0, 12);
    Put(directory, bytes.size(), 4);
    directory += name;
    bytes += "PK\x03\x04";
    Put(bytes, 0, 22);
    Put(bytes, name.size(), 2);
    Put(bytes, 0, 2);
    bytes += name;
  }
  const std::size_t start = bytes.size();
  bytes += directory + "PK\x05\x06";
  Put(bytes, 0, 4);
  Put(bytes, names.size(), 2);
  Put(bytes, names.size(), 2);
  Put(bytes, directory.size(), 4);
  Put(bytes, start, 4);
  Put(bytes, 0, 2);
  return bytes;
}

FileKind KindOf(const std::string& bytes, const std::string& path = "") {
  const core::MemoryReader reader(bytes.data(), bytes.size(), nullptr);
  return DetectFormat(reader, path).kind;
}

std::string Refusal(const std::string& bytes, const std::string& code = "ERR_NOT_A_MODULE") {
  core::Source source;
  source.data = bytes.data();
  source.size = bytes.size();
  return EXPECT_CODE(core::Load(source, {}), code);
}

#define EXPECT_KIND(bytes, expected) EXPECT(KindOf(bytes) == FileKind::expected)

TEST(archives_are_told_apart_by_their_records) {
  EXPECT_KIND(Zip({"m/data.pkl", "m/code/__torch__.py", "m/constants.pkl"}), kTorchScript);
  EXPECT_KIND(Zip({"m/data.pkl", "m/code/__torch__.py", "m/bytecode.pkl"}), kLite);
  EXPECT_KIND(Zip({"archive/data.pkl", "archive/data/0", "archive/version"}), kStateDict);
  EXPECT_KIND(Zip({"m/archive_format", "m/models/model.json", "m/data/weights/weight_0"}), kExport);
  EXPECT_KIND(Zip({"serialized_exported_program.json", "version"}), kExport);
  EXPECT_KIND(Zip({"m/archive_format", "m/data/aotinductor/model/x.so"}), kAotInductor);
  EXPECT_KIND(Zip({"a.npy", "b.npy"}), kNpz);
  EXPECT_KIND(Zip({"readme.txt"}), kZip);
  EXPECT_KIND(Zip({}), kZip);
}

TEST(other_formats_are_told_apart_by_their_first_bytes) {
  EXPECT_KIND("", kEmpty);
  EXPECT_KIND(Bytes({0, 0, 0, 0}) + "PTMF" + Bytes({1, 2, 3}), kFlatbuffer);
  EXPECT_KIND(Bytes({0x80, 2, 0x8A, 10}), kLegacyPickle);
  EXPECT_KIND("GGUF" + Bytes({3, 0, 0, 0}), kGguf);
  EXPECT_KIND(Bytes({0x1C, 0, 0, 0}) + "TFL3" + Bytes({0, 0}), kTfLite);
  EXPECT_KIND("\x89HDF\r\n\x1A\n" + Bytes({0, 0}), kHdf5);
  EXPECT_KIND("\x93NUMPY" + Bytes({1, 0}), kNpy);
  EXPECT_KIND("\x1F\x8B\x08" + Bytes({0, 0}), kGzip);
  EXPECT_KIND("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", kGitLfsPointer);
  EXPECT_KIND("\n <!DOCTYPE html><html>", kHtml);
  EXPECT_KIND("layers: 3\n", kText);
  EXPECT_KIND("layers: \xD1\x84\n", kText);
  EXPECT_KIND(Bytes({2, 0, 0, 0, 0, 0, 0, 0}) + "{}", kSafetensors);
  EXPECT_KIND(Bytes({8, 7, 0x12, 7}) + "pytorch" + Bytes({0x1A, 1, '2'}), kOnnx);
  EXPECT_KIND(Bytes({8, 9, 0x3A, 0x90, 0}), kOnnx);
  EXPECT(KindOf(Bytes({1, 2, 3}), "model.ONNX") == FileKind::kOnnx);
  EXPECT_KIND(Bytes({1, 2, 3}), kUnknown);
  std::string tar(600, '\0');
  tar.replace(257, 5, "ustar");
  EXPECT_KIND(tar, kLegacyTar);
}

TEST(no_prefix_of_an_archive_is_taken_for_anything_but_a_broken_zip) {
  const std::string bytes = Zip({"m/data.pkl", "m/code/__torch__.py"});
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    const FileKind kind = KindOf(bytes.substr(0, size));
    EXPECT(kind == FileKind::kTruncatedZip);
  }
}

TEST(no_damage_to_the_table_of_contents_breaks_the_detection) {
  const std::string bytes = Zip({"m/data.pkl", "m/code/__torch__.py", "m/extra/labels.txt"});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char byte : {'\xFF', '\x7F', '\x00'}) {
      std::string damaged = bytes;
      damaged[at] = byte;
      KindOf(damaged);
    }
  }
}

TEST(refusals_say_what_the_file_is_and_what_to_do) {
  EXPECT_EQ(Refusal(Zip({"archive/data.pkl"})),
            "the given bytes: expected a TorchScript module, got a state dict or other object "
            "written by torch.save: it holds weights but no code. Export the model in Python with "
            "torch.jit.script(model).save('model.pt'), or load the weights into a module with "
            "loadStateDict.");
  EXPECT_CONTAINS(Refusal("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull");
  EXPECT_CONTAINS(Refusal(Zip({"m/archive_format", "m/models/m.json"})), "torch.jit.trace");
  EXPECT_CONTAINS(Refusal(Bytes({8, 9, 0x3A, 0x90, 0})), "onnxruntime-node");
  EXPECT_CONTAINS(Refusal(""), "an empty file");
  EXPECT_CONTAINS(Refusal("PK\x03\x04 and then nothing"), "truncated or damaged");
  EXPECT_CONTAINS(Refusal(Bytes({0, 0, 0, 0}) + "PTMF....", "ERR_FLATBUFFER_REFUSED"),
                  "flatbuffer");
  EXPECT_CONTAINS(Refusal(Zip({"m/data.pkl", "m/bytecode.pkl"}), "ERR_LOAD_FAILED"), "given bytes");
}

TEST(refusals_name_the_file) {
  const TemporaryFile file("just text");
  core::Source source;
  source.path = file.path();
  EXPECT_EQ(EXPECT_CODE(core::Load(source, {}), "ERR_NOT_A_MODULE").find(file.path()), 0U);
  source.path = "/";
  EXPECT_CONTAINS(EXPECT_CODE(core::Load(source, {}), "ERR_NOT_A_MODULE"), "a directory");
  source.path = file.path() + ".missing";
  EXPECT_CODE(core::Load(source, {}), "ERR_FILE_NOT_FOUND");
  source.path = "/dev/null";
  EXPECT_CODE(core::Load(source, {}), "ERR_NOT_A_MODULE");
}

}  // namespace
}  // namespace libtorch_node::test

// ZIP files with one spelling: what is written is read, Python and unzip read it, and every
// truncation and every flipped bit is refused or named.
#include "base/stored_zip.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace songda {
namespace {

const std::string text = "送达证据\n";
const std::vector<ZipMember> sample = {
    {"README.txt", as_bytes(text)}, {"batches/1/seal.p7s", as_bytes("seal")}, {"empty", {}}};

TEST(StoredZip, ReadsWhatItWrote) {
    const Bytes file = write_zip(sample).value();
    const auto read = read_zip(file).value();
    ASSERT_EQ(read.members.size(), 3U);
    EXPECT_TRUE(read.damaged.empty());
    for (std::size_t at = 0; at < sample.size(); ++at) {
        EXPECT_EQ(read.members[at].name, sample[at].name);
        EXPECT_EQ(as_text(read.members[at].bytes), as_text(sample[at].bytes));
    }
    EXPECT_TRUE(read_zip(write_zip({}).value()).value().members.empty());
}

TEST(StoredZip, PythonReadsItToo) {
    const std::string path =
        (std::filesystem::temp_directory_path() / "songda-stored-zip-test.zip").string();
    const Bytes file = write_zip(sample).value();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()), static_cast<long>(file.size()));
    const std::string command =
        "python3 -c \"import sys,zipfile; z=zipfile.ZipFile('" + path +
        "'); sys.exit(z.testzip() is not None or z.read('README.txt').decode()!='送达证据\\n' or "
        "z.namelist()!=['README.txt','batches/1/seal.p7s','empty'])\"";
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::filesystem::remove(path);
}

TEST(StoredZip, RefusesNamesThatLeaveTheirFolder) {
    for (const char* const name : {"", "/etc/passwd", "a/../../b", "a\\b", "a b", "样"}) {
        EXPECT_FALSE(write_zip({{name, {}}}).ok()) << name;
    }
}

TEST(StoredZip, NoTruncationIsAFile) {
    const Bytes file = write_zip(sample).value();
    for (std::size_t length = 0; length < file.size(); ++length) {
        ASSERT_FALSE(read_zip(ByteView(file).first(length)).ok()) << length;
    }
    Bytes longer = file;
    longer.push_back(0);
    EXPECT_FALSE(read_zip(longer).ok());
}

TEST(StoredZip, EveryFlippedBitIsSeen) {
    const Bytes file = write_zip(sample).value();
    for (std::size_t at = 0; at < file.size() * 8; ++at) {
        Bytes changed = file;
        changed[at / 8] = static_cast<std::uint8_t>(changed[at / 8] ^ (1U << (at % 8)));
        const auto read = read_zip(changed);
        ASSERT_TRUE(!read.ok() || !read.value().damaged.empty()) << at;
    }
}

} // namespace
} // namespace songda

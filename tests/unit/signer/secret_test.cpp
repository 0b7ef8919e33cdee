// Secrets are read from files and pipes, told by their file's name alone, and leave nothing in the
// ordinary heap; neither does the reading of a key.
#include "signer/secret.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include "base/text_codec.hpp"
#include "signer/file_signer.hpp"
#include "signer/key_scalar.hpp"
#include "signer/sm2_key.hpp"
#include "tests/fakes/memory_search.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

TEST(Secret, FirstLineIsTakenFromFilesAndPipes) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "pin";
    std::ofstream(path) << "2468\r\nsecond line\n";
    EXPECT_EQ(Secret::read_line(path).value().reveal(), "2468");
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], "from a pipe\n", 12), 12);
    close(ends[1]);
    const auto piped = Secret::read_line("/dev/fd/" + std::to_string(ends[0]));
    EXPECT_EQ(piped.value().reveal(), "from a pipe");
    close(ends[0]);
    const Secret copy = piped.value();
    EXPECT_EQ(copy.reveal(), "from a pipe");
    EXPECT_NE(copy.reveal().data(), piped.value().reveal().data());
}

TEST(Secret, WhatIsWrongIsToldByTheFileAlone) {
    const fakes::TemporaryFolder folder;
    const std::string path = folder.path() / "pin";
    EXPECT_EQ(Secret::read_line(path).error().detail, path + ": cannot be read");
    std::ofstream(path) << "\nsecond\n";
    EXPECT_EQ(Secret::read_line(path).error().detail, path + ": is empty");
    std::ofstream(path) << std::string(20'000, 'x');
    EXPECT_EQ(Secret::read_line(path).error().detail, path + ": is too large");
}

std::string output_of(const std::string& command) {
    FILE* const pipe = popen(("{ " + command + "; } 2>/dev/null").c_str(), "r");
    std::string text(4096, ' ');
    text.resize(fread(text.data(), 1, text.size(), pipe));
    pclose(pipe);
    return text;
}

/// The private number as the command line tells it, masked.
std::array<std::uint8_t, 32> masked_scalar(const std::string& path) {
    std::string hex = output_of("openssl pkey -passin pass:right -text -noout -in " + path +
                                " | sed -n '/^priv:/,/^pub:/p' | grep -v '^p' | tr -d ' :\\n'");
    hex.erase(0, hex.size() - std::min<std::size_t>(hex.size(), 64));
    hex.insert(0, 64 - hex.size(), '0');
    std::array<std::uint8_t, 32> masked{};
    const auto bytes = from_hex(hex);
    EXPECT_TRUE(bytes) << hex;
    for (std::size_t i = 0; bytes && i < masked.size(); ++i) {
        masked[i] = static_cast<std::uint8_t>((*bytes)[i] ^ fakes::search_mask);
    }
    return masked;
}

/// Every way in which a private key is read, for files of both suites, encrypted and not.
TEST(Secret, ReadingAKeyFileLeavesNothingInTheOrdinaryHeap) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer has memory of its own, which nobody may read";
#endif
    harden_process();
    const fakes::TemporaryFolder folder;
    for (const std::string algorithm : {"EC -pkeyopt ec_paramgen_curve:P-256", "SM2"}) {
        for (const std::string cipher : {"", "-aes-256-cbc -pass pass:right"}) {
            const std::string path = folder.path() / "key.pem";
            output_of("openssl genpkey -algorithm " + algorithm + ' ' + cipher + " -out " + path);
            const auto masked = masked_scalar(path);
            const std::string_view passphrase = cipher.empty() ? "" : "right";
            const int before = fakes::count_in_ordinary_memory(masked);
            if (algorithm == "SM2") {
                const auto key = Sm2Key::read(path, passphrase);
                ASSERT_TRUE(key.ok()) << key.error().detail;
                EXPECT_EQ(fakes::count_in_ordinary_memory(masked), before) << algorithm << cipher;
            } else {
                const auto key = open_key_file(path, passphrase);
                ASSERT_TRUE(key.ok()) << key.error().detail;
                EXPECT_EQ(fakes::count_in_ordinary_memory(masked), before) << algorithm << cipher;
            }
            const auto key = make_pkey(KeyScalar::read(path, passphrase).value());
            EXPECT_TRUE(key);
            EXPECT_EQ(fakes::count_in_ordinary_memory(masked), before) << algorithm << cipher;
        }
    }
}

} // namespace
} // namespace songda::signer

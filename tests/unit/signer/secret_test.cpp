// Secrets are read from files and pipes, told by their file's name alone, and leave nothing in the
// ordinary heap; neither does the reading of a key.
#include "signer/secret.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include "base/text_codec.hpp"
#include "tests/fakes/sample_keys.hpp"
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

/// As the command line tells it.
std::string live_scalar(const std::string& path) {
    FILE* const pipe = popen(("openssl ec -in " + path +
                              " -outform DER 2>/dev/null | od -An -v -tx1 | tr -d ' \\n' | "
                              "cut -c 15-78")
                                 .c_str(),
                             "r");
    std::string text(64, ' ');
    text.resize(fread(text.data(), 1, text.size(), pipe));
    pclose(pipe);
    return text;
}

/// How often 32 bytes lie in this process outside the secure heap. They are compared masked, so
/// that the search does not find itself.
int count_in_ordinary_memory(const std::array<std::uint8_t, 32>& masked) {
    std::ifstream maps("/proc/self/maps");
    std::vector<std::pair<std::size_t, std::size_t>> areas;
    for (std::string line; std::getline(maps, line);) {
        std::size_t begin = 0;
        std::size_t end = 0;
        if (std::sscanf(line.c_str(), "%zx-%zx rw", &begin, &end) == 2 &&
            line.find(" rw-p ") != std::string::npos) {
            areas.emplace_back(begin, end);
        }
    }
    int found = 0;
    for (const auto& [begin, end] : areas) {
        const auto* const at = reinterpret_cast<const volatile std::uint8_t*>(begin);
        for (std::size_t i = 0; i + masked.size() <= end - begin; ++i) {
            std::size_t same = 0;
            while (same < masked.size() && (at[i + same] ^ 0x5AU) == masked[same]) {
                ++same;
            }
            if (same == masked.size() &&
                CRYPTO_secure_allocated(const_cast<const std::uint8_t*>(at + i)) == 0) {
                ++found;
            }
        }
    }
    return found;
}

TEST(Secret, ReadingAKeyFileLeavesNothingInTheOrdinaryHeap) {
    harden_process();
    std::array<std::uint8_t, 32> masked{};
    {
        const std::string path = fakes::sample_seal().seal_key;
        const auto hex = live_scalar(path);
        ASSERT_EQ(hex.size(), 64U);
        const auto bytes = from_hex(hex);
        for (std::size_t i = 0; i < masked.size(); ++i) {
            masked[i] = (*bytes)[i] ^ 0x5AU;
        }
    }
    const int before = count_in_ordinary_memory(masked);
    const auto key = open_key_file(fakes::sample_seal().seal_key, "");
    EXPECT_EQ(count_in_ordinary_memory(masked), before);
}

} // namespace
} // namespace songda::signer

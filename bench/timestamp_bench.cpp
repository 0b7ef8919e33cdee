// Time-stamps of the built-in authority in one thread, by its CPU time: a request of openssl read,
// a time reserved on disk, the token made and signed, with the certificates of the chain in it.
//   timestamp_bench KEY CERTIFICATE STATE_FOLDER REQUEST SECONDS
// Prints tokens a CPU second and the bytes of an answer.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/check.hpp"
#include "bench/cpu_time.hpp"
#include "signer/file_signer.hpp"
#include "signer/timestamp_authority.hpp"

using namespace songda;

int main(int count, char** words) {
    if (count != 6) {
        std::fprintf(stderr, "timestamp_bench KEY CERTIFICATE STATE_FOLDER REQUEST SECONDS\n");
        return 2;
    }
    const SystemClock clock;
    const SystemBootClock boot_clock;
    SystemRandom random;
    const auto time = signer::MarkedTime::open({words[3], {}, {}}, clock, boot_clock);
    SONGDA_CHECK(time.ok());
    auto key = signer::open_key_file(words[1], "");
    SONGDA_CHECK(key.ok());
    auto cupboard = signer::open_seal_cupboard(
        {}, signer::StampKey{std::move(key).value(), words[2]}, false, clock);
    SONGDA_CHECK(cupboard.ok());
    const auto authority = signer::TimestampAuthority::open(
        {"1.2.3.4", 1000}, std::move(cupboard).value(), *time.value(), random);
    SONGDA_CHECK(authority.ok());
    std::ifstream in(words[4], std::ios::binary);
    const std::string request{std::istreambuf_iterator<char>(in), {}};
    const double seconds = std::atof(words[5]);
    std::size_t made = 0;
    std::size_t bytes = 0;
    const double begun = cpu_seconds();
    double taken = 0;
    while (taken < seconds) {
        for (int i = 0; i < 64; ++i, ++made) {
            const auto answer = authority.value()->answer(as_bytes(request));
            SONGDA_CHECK(!answer.refused);
            bytes += answer.response.size();
        }
        taken = cpu_seconds() - begun;
    }
    std::printf("%.0f %zu\n", static_cast<double>(made) / taken, bytes / made);
    return 0;
}

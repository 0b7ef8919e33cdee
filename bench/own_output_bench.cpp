// The check of our own output before commit, beside the one ECDSA verification that it cannot do
// without, both in CPU time of one thread and in the same run. A 40 KB file of which 20 KB is the
// template's prefix.
//   own_output_bench
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/certificate.hpp"
#include "base/check.hpp"
#include "tests/fakes/framed_file.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/frame.hpp"
#include "verifier/own_output.hpp"

namespace {

using namespace songda;

constexpr int rounds = 5;
constexpr int calls = 2048;
constexpr int batch = 128; // as the issuer has them
constexpr std::size_t body_bytes = 36'000;
constexpr std::size_t prefix_bytes = 20'000;

double cpu_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Best of the rounds, µs a call; fewer calls for one that does the work of `size`.
template <class Call>
double measure(Call call, int size = 1) {
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const double start = cpu_us();
        for (int i = 0; i < calls / size; ++i) {
            SONGDA_CHECK(call());
        }
        best = std::min(best, (cpu_us() - start) / (calls / size));
    }
    return best;
}

std::string make_file() {
    static const fakes::FixedClock clock;
    const auto signer = signer::open_file_signer({fakes::sample_seal()}, false, clock);
    const auto reserved = signer.value()->cms_bytes_reserved(fakes::department).value();
    fakes::FramedFile file = fakes::make_framed_file(reserved, std::string(body_bytes, 'x'));
    file.insert(signer.value()
                    ->sign_document(fakes::department, store::TicketMint::mint({}, file.digest()))
                    .value());
    return file.text;
}

} // namespace

int main() {
    const std::string text = make_file();
    const ByteView file = as_bytes(text);
    const auto chain = read_certificates(fakes::sample_seal().seal_certificate).value();
    EVP_PKEY* const key = X509_get0_pubkey(chain.front().get());
    verifier::OwnOutputCheck own;
    own.add_prefix(file.first(prefix_bytes));
    SONGDA_CHECK(own.add_seal(chain).ok());

    const auto frame = verifier::read_frame(file).frame.value();
    const auto document = verifier::read_cms(frame.cms).value();
    const Digest& hash = document.attributes_hash;
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    SONGDA_CHECK(EVP_PKEY_verify_init(context.get()) == 1);

    const double verify = measure([&] {
        return EVP_PKEY_verify(context.get(), document.signature.data(), document.signature.size(),
                               hash.data(), hash.size()) == 1;
    });
    const double alone = measure([&] { return own.check(file).ok(); });
    const std::vector<ByteView> files(batch, file);
    const double whole = measure([&] { return own.check(files).back().ok(); }, batch) / batch;
    const double reading = measure([&] { return verifier::read_frame(file).frame.has_value(); });
    const double cms = measure([&] { return verifier::read_cms(frame.cms).ok(); });
    std::printf("file %zu bytes, prefix %zu\n", text.size(), prefix_bytes);
    std::printf("ecdsa verify   %7.1f us\n", verify);
    std::printf("own output     %7.1f us  %.2f x, in batches of %d\n", whole, whole / verify,
                batch);
    std::printf("  one by one   %7.1f us\n", alone);
    std::printf("  of it frame  %7.1f us\n  of it cms    %7.1f us\n", reading, cms);
    return 0;
}

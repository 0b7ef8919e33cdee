// sources: verifier/timestamp.cpp verifier/trust.cpp verifier/cms_check.cpp verifier/cms_parts.cpp
// sources: verifier/signed_ranges.cpp base/certificate.cpp
// An authority that answers anything to the golden request, looked at when the golden answer was
// made and under its root. Whatever is accepted proves what the golden answer proves: nobody else
// has the key. And what is told of a refusal is short and printable.
#include "verifier/timestamp.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/check.hpp"

namespace {

using namespace songda;

Bytes golden(const char* name) {
    std::ifstream in(std::string(SONGDA_SOURCE_DIR "/tests/golden/timestamp/") + name,
                     std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct World {
    Bytes request = golden("sha256-cert-nonce.tsq");
    verifier::TrustStore roots =
        verifier::TrustStore::load(SONGDA_SOURCE_DIR "/tests/golden/timestamp/trust").value();
    TimeMs at;
    World() {
        // Found with a tolerance that no answer fails.
        const auto proof = verifier::check_timestamp_reply(
            golden("foreign.tsr"),
            {request, parse_rfc3339("2027-01-01T00:00:00Z").value(), 1LL << 50}, roots);
        SONGDA_CHECK(proof.ok());
        at = proof.value().time;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const World world;
    const auto proof = verifier::check_timestamp_reply(ByteView(data, size),
                                                       {world.request, world.at, 0}, world.roots);
    if (proof.ok()) {
        SONGDA_CHECK(proof.value().time == world.at);
        SONGDA_CHECK(proof.value().policy == "1.3.6.1.4.1.55458.1.2");
        SONGDA_CHECK(proof.value().authority == "Foreign tsa");
        return 0;
    }
    const std::string& told = proof.error().detail;
    SONGDA_CHECK(told.size() < 500);
    SONGDA_CHECK(std::all_of(told.begin(), told.end(),
                             [](char letter) { return letter >= ' ' && letter <= '~'; }));
    return 0;
}

// Certificates from anybody, as the signer and the verifier read them.
#include "base/certificate.hpp"

#include <gtest/gtest.h>

namespace songda {
namespace {

TEST(Certificate, WithATimeThatIsNoneIsNeverValidAndHarmsNobody) {
    const auto read =
        read_certificates(SONGDA_SOURCE_DIR "/tests/golden/sm2seal/signer.pem").value();
    const Bytes good = certificate_der(read.front().get());
    const Validity whole = validity_of(read.front().get());
    EXPECT_LT(whole.not_before, whole.not_after);
    Bytes damaged = good;
    const std::size_t at = as_text(good).find(std::string_view("\x17\x0D", 2)); // UTCTime
    ASSERT_NE(at, std::string_view::npos);
    damaged[at + 4] = 'x';
    const auto certificate = parse_certificate(damaged);
    ASSERT_TRUE(certificate);
    const Validity never = validity_of(certificate.get());
    EXPECT_GT(never.not_before, never.not_after);
}

} // namespace
} // namespace songda

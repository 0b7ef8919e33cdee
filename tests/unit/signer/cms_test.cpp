// The builder writes the very bytes that openssl and Python wrote from RFC 5652 for the same
// certificates, digest and signature (tests/golden/seal/), and the seal writer those of RFC 9052.
#include "signer/cms.hpp"

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/golden_file.hpp"

namespace songda::signer {
namespace {

/// The CMS inside the golden PDF; what follows its own length is padding.
Bytes golden_cms(const std::string& file) {
    const std::size_t begin = file.find("/Contents<") + 10;
    Bytes cms = *from_hex(std::string_view(file).substr(begin, file.find('>', begin) - begin));
    cms.resize(4 + cms[2] * 256U + cms[3]);
    return cms;
}

Digest golden_digest(const std::string& file) {
    const std::size_t begin = file.find("/Contents<") + 9;
    const std::size_t end = file.find('>', begin) + 1;
    return sha256(as_bytes(file.substr(0, begin) + file.substr(end)));
}

TEST(CmsBuilder, WritesTheBytesThatAnotherWriterWrote) {
    const std::string file = fakes::golden_file("seal/signed.pdf");
    const Bytes golden = golden_cms(file);
    const auto chain = read_certificates(SONGDA_SOURCE_DIR "/tests/golden/seal/seal.pem");
    const auto builder = CmsBuilder::make(chain.value());
    ASSERT_TRUE(builder.ok());
    // The signature is the last thing in the message: a SEQUENCE in an OCTET STRING.
    std::size_t size = 68;
    while (golden[golden.size() - size - 2] != 0x04 || golden[golden.size() - size - 1] != size ||
           golden[golden.size() - size] != 0x30) {
        ASSERT_LE(++size, signature_bytes_max);
    }
    const ByteView signature = ByteView(golden).last(size);
    EXPECT_EQ(to_hex(builder.value().build(golden_digest(file), signature)), to_hex(golden));
    EXPECT_EQ(builder.value().bytes_max(), golden.size() + signature_bytes_max - size);
}

TEST(CmsBuilder, NeedsACertificate) {
    const auto none = CmsBuilder::make({});
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().fault, Fault::invalid_input);
}

TEST(QrSeal, WritesTheBytesThatAnotherWriterWrote) {
    const std::string text = fakes::golden_file("seal/qr.txt");
    const Bytes golden = from_base41(text.substr(text.find('#') + 1)).value();
    const auto seal = read_qr_seal(golden);
    ASSERT_TRUE(seal);
    const auto claims = decode_qr_claims(seal->claims);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->record_hash, sha256(as_bytes("record")));
    const Bytes header = qr_protected_header(seal->key_id);
    EXPECT_EQ(to_hex(write_qr_seal(header, encode_qr_claims(*claims), seal->signature)),
              to_hex(golden));
}

} // namespace
} // namespace songda::signer

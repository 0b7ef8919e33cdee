// Only a seal certificate seals: a client or TLS certificate of the same authority signs a file
// that is whole, and is still not believed; nor does our own output check take such a certificate.
#include "verifier/trust.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "signer/cms.hpp"
#include "tests/fakes/framed_file.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/own_output.hpp"

namespace songda::verifier {
namespace {

struct Holder {
    const char* what;
    std::string certificate;
    std::string key;
};

std::vector<Holder> other_holders() {
    const std::string folder = fakes::sample_keys_folder();
    const std::string own = folder + '/' + fakes::department.text;
    return {{"client", own + "/client.pem", own + "/client.key"},
            {"TLS server", folder + "/tls/server-leaf.pem", folder + "/tls/server.key"},
            {"issuing authority", folder + "/issuing.pem", folder + "/issuing.key"}};
}

openssl::Pkey read_key(const std::string& path) {
    const openssl::Bio file(BIO_new_file(path.c_str(), "r"));
    return openssl::Pkey(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
}

/// Seals with any key and certificate, as somebody who stole them would.
std::string forge(const std::string& certificate, const std::string& key) {
    auto chain = read_certificates(certificate).value();
    auto issuing = read_certificates(fakes::sample_keys_folder() + "/issuing.pem").value();
    if (X509_cmp(chain.front().get(), issuing.front().get()) != 0) {
        chain.push_back(std::move(issuing.front()));
    }
    const auto builder = signer::CmsBuilder::make(chain).value();
    fakes::FramedFile file = fakes::make_framed_file(builder.bytes_max());
    const Digest attributes = sha256(builder.signed_attributes(file.digest()));
    const openssl::Pkey pkey = read_key(key);
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(pkey.get(), nullptr));
    Bytes signature(signer::signature_bytes_max);
    std::size_t size = signature.size();
    EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
    EXPECT_EQ(
        EVP_PKEY_sign(context.get(), signature.data(), &size, attributes.data(), attributes.size()),
        1);
    const auto made = read_ecdsa_der(ByteView(signature).first(size));
    file.insert(builder.build(file.digest(), write_ecdsa_der(with_low_s(made.value()))));
    return file.text;
}

Report check(const std::string& file) {
    const auto trust = TrustStore::load(fakes::sample_keys_folder() + "/trust");
    return check_own(as_bytes(file), trust.value(), fakes::FixedClock().now()).value();
}

TEST(Trust, SealCertificateIsBelieved) {
    const auto seal = fakes::sample_seal();
    const std::string leaf =
        fakes::sample_keys_folder() + '/' + fakes::department.text + "/seal-leaf.pem";
    EXPECT_EQ(check(forge(leaf, seal.seal_key)).authority.reason, Reason::seal_certificate_trusted);
}

TEST(Trust, OtherCertificatesOfTheSameAuthorityAreNot) {
    for (const Holder& holder : other_holders()) {
        const Report report = check(forge(holder.certificate, holder.key));
        EXPECT_EQ(report.integrity.answer, Answer::yes) << holder.what;
        EXPECT_EQ(report.authority.answer, Answer::no) << holder.what;
        EXPECT_EQ(report.authority.reason, Reason::certificate_purpose) << holder.what;
        EXPECT_FALSE(report.document) << holder.what;
    }
}

TEST(Trust, OwnOutputCheckTakesSealsOnly) {
    for (const Holder& holder : other_holders()) {
        const auto chain = read_certificates(holder.certificate).value();
        OwnOutputCheck check_own;
        EXPECT_FALSE(check_own.add_seal(chain).ok()) << holder.what;
    }
}

} // namespace
} // namespace songda::verifier

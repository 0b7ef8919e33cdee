// The lint finds each way in which a certificate may differ from its profile: every case spoils one
// thing of a good certificate, signs it with the authority's own key and asks for one finding.
#include "signer/pki/lint.hpp"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "tests/fakes/pki_folder.hpp"

namespace songda::signer {
namespace {

using fakes::PkiFolder;

using Spoil = void (*)(X509*);

void remove_extension(X509* certificate, int nid) {
    X509_EXTENSION_free(X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, nid, -1)));
}

void put_extension(X509* certificate, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<CONF, Deleter<NCONF_free>> conf(NCONF_new(nullptr));
    X509V3_set_nconf(&context, conf.get());
    X509_EXTENSION* const made = X509V3_EXT_nconf_nid(conf.get(), &context, nid, value);
    SONGDA_CHECK(made != nullptr && X509_add_ext(certificate, made, -1) == 1);
    X509_EXTENSION_free(made);
}

template <int Nid>
void without(X509* certificate) {
    remove_extension(certificate, Nid);
}

void replace(X509* certificate, int nid, const char* value) {
    remove_extension(certificate, nid);
    put_extension(certificate, nid, value);
}

void add_name(X509* certificate, const char* attribute, int type, const char* text) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), attribute, type,
                               reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
}

class PkiLint : public ::testing::Test {
protected:
    PkiLint() {
        const auto& book = authority_.book();
        root_ = authority_.certificate(*book.newest(Profile::root)).value();
        issuing_ = authority_.certificate(*book.newest(Profile::issuing)).value();
        key_ = read_key(authority_.issuing_key_path(), PkiFolder::passphrase()).value();
    }

    [[nodiscard]] openssl::Certificate make(Profile profile, Spoil spoil) const {
        const TimeMs now = authority_.now();
        const Names names{"示例市", profile == Profile::seal ? "11320199014138860W" : "",
                          "示例市印章", profile == Profile::seal ? "a@sp.example.gov.cn" : ""};
        const auto key = make_key();
        auto made = plan_certificate({profile,
                                      names,
                                      {now.value / 1000 * 1000},
                                      now + 30LL * 86'400'000,
                                      Bytes(16, 0x41)},
                                     key.value().get(), issuing_.get(), authority_.terms())
                        .value();
        spoil(made.get());
        SONGDA_CHECK(sign_certificate(made.get(), key_.get()).ok());
        return parse_certificate(certificate_der(made.get()));
    }
    [[nodiscard]] std::string findings(Profile profile, Spoil spoil) const {
        std::string all;
        for (const std::string& each :
             lint(make(profile, spoil).get(), profile, issuing_.get(), authority_.terms())) {
            all += each + '\n';
        }
        return all;
    }

    PkiFolder pki_;
    Authority authority_ = pki_.init();
    openssl::Certificate root_;
    openssl::Certificate issuing_;
    openssl::Pkey key_;
};

TEST_F(PkiLint, FindsNothingInWhatIsPlanned) {
    for (const Profile profile : {Profile::seal, Profile::timestamp, Profile::ocsp_signer}) {
        EXPECT_EQ(findings(profile, [](X509*) {}), "") << profile_name(profile);
    }
    EXPECT_TRUE(lint(root_.get(), Profile::root, nullptr, authority_.terms()).empty());
    EXPECT_TRUE(lint(issuing_.get(), Profile::issuing, root_.get(), authority_.terms()).empty());
}

TEST_F(PkiLint, FindsEachSpoiledPart) {
    struct Case {
        const char* finding;
        Spoil spoil;
        Profile profile = Profile::seal;
    };
    const std::vector<Case> cases = {
        {"the version is not 3", [](X509* c) { X509_set_version(c, X509_VERSION_1); }},
        {"not positive", [](X509* c) { ASN1_INTEGER_set_int64(X509_get_serialNumber(c), -5); }},
        {"9 to 20 octets", [](X509* c) { ASN1_INTEGER_set_int64(X509_get_serialNumber(c), 77); }},
        {"ends before it begins", [](X509* c) { X509_gmtime_adj(X509_getm_notAfter(c), -86'400); }},
        {"when its issuer is not",
         [](X509* c) { X509_gmtime_adj(X509_getm_notAfter(c), 86'400L * 5000); }},
        {"UTCTime to 2049",
         [](X509* c) { ASN1_TIME_set_string(X509_getm_notBefore(c), "20261125000000Z"); }},
        {"issuer's name", [](X509* c) { X509_set_issuer_name(c, X509_get_subject_name(c)); }},
        {"two values",
         [](X509* c) {
             X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>("x"), -1, -1, -1);
         }},
        {"does not know", [](X509* c) { add_name(c, "L", MBSTRING_UTF8, "南京"); }},
        {"not UTF8String", [](X509* c) { add_name(c, "CN", V_ASN1_PRINTABLESTRING, "x"); }},
        {"not CN, first", [](X509* c) { add_name(c, "C", MBSTRING_ASC, "US"); }},
        {"only a seal names",
         [](X509* c) { add_name(c, "organizationIdentifier", MBSTRING_UTF8, "x"); },
         Profile::timestamp},
        {"part twice", [](X509* c) { add_name(c, "O", MBSTRING_UTF8, "SONGDA SAMPLE"); }},
        {"sample mark",
         [](X509* c) {
             X509_NAME* const name = X509_get_subject_name(c);
             X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 1));
             add_name(c, "O", MBSTRING_UTF8, "SONGDA SAMPLE");
         }},
        {"not a mailbox",
         [](X509* c) { replace(c, NID_subject_alt_name, "DNS:sp.example.gov.cn"); }},
        {"not P-256",
         [](X509* c) {
             EVP_PKEY* const other = EVP_EC_gen("P-384");
             X509_set_pubkey(c, other);
             EVP_PKEY_free(other);
         }},
        {"or there twice", [](X509* c) { put_extension(c, NID_netscape_comment, "x"); }},
        {"or there twice",
         [](X509* c) { put_extension(c, NID_certificate_policies, "1.2.156.99999.1.1"); }},
        {"must be critical", [](X509* c) { replace(c, NID_basic_constraints, "CA:FALSE"); }},
        {"must not be critical",
         [](X509* c) {
             replace(c, NID_ext_key_usage, "critical,1.3.6.1.5.5.7.3.36,emailProtection");
         }},
        {"must be critical", [](X509* c) { replace(c, NID_ext_key_usage, "timeStamping"); },
         Profile::timestamp},
        {"is missing", &without<NID_authority_key_identifier>},
        {"is missing", &without<NID_info_access>},
        {"is missing", &without<NID_id_pkix_OCSP_noCheck>, Profile::ocsp_signer},
        {"it is an authority",
         [](X509* c) { replace(c, NID_basic_constraints, "critical,CA:TRUE"); }},
        {"path length",
         [](X509* c) { replace(c, NID_basic_constraints, "critical,CA:TRUE,pathlen:3"); }},
        {"key usage is not exactly",
         [](X509* c) { replace(c, NID_key_usage, "critical,digitalSignature"); }},
        {"key usage is not exactly",
         [](X509* c) {
             replace(c, NID_key_usage, "critical,digitalSignature,nonRepudiation,keyCertSign");
         }},
        {"extended key usage is not exactly",
         [](X509* c) { replace(c, NID_ext_key_usage, "1.3.6.1.5.5.7.3.36,serverAuth"); }},
        {"extended key usage is not exactly",
         [](X509* c) { replace(c, NID_ext_key_usage, "critical,timeStamping,emailProtection"); },
         Profile::timestamp},
        {"subject key identifier",
         [](X509* c) { replace(c, NID_subject_key_identifier, "00112233"); }},
        {"policies are not exactly",
         [](X509* c) { replace(c, NID_certificate_policies, "1.2.156.99999.1.2"); }},
        {"addresses of status",
         [](X509* c) {
             replace(c, NID_crl_distribution_points, "URI:http://evil.com/issuing.crl");
         }},
        {"addresses of status",
         [](X509* c) {
             replace(c, NID_info_access,
                     "caIssuers;URI:http://localhost/pki/ca/issuing.cer,OCSP;URI:http://evil.com");
         }},
    };
    for (const Case& each : cases) {
        const std::string found = findings(each.profile, each.spoil);
        EXPECT_NE(found.find(each.finding), std::string::npos)
            << "wanted: " << each.finding << "\nfound: " << found;
    }
}

} // namespace
} // namespace songda::signer

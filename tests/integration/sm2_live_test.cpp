// The real service and authority of the SM2 suite: a document gets its message behind the issue,
// also when the service is killed right after it; songda-verify believes it over the file, others
// do too (tests/oracles, openssl), and nobody once a byte is another or the seal is revoked.
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/electronic_seal.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "tests/integration/live_service.hpp"
#include "verifier/archive.hpp"
#include "verifier/record_of.hpp"
#include "verifier/sm2_cms.hpp"

namespace songda {
namespace {

namespace fs = std::filesystem;
using live::run_command;
using live::run_songda;
using live::run_verify;
using nlohmann::json;

class Sm2Live : public testing::Test {
protected:
    void SetUp() override {
        fs::create_directory(file("trust"));
        fs::copy_file(fakes::sample_keys_folder() + "/trust/root.pem", file("trust/p256.pem"));
        std::ofstream(file("pass")) << "一段足够长的口令 in words\n";
        pki("init --suite sm2 --sample --name 国密根 --issuing-name 国密签发 --domain "
            "sp.example.gov.cn --address http://localhost");
        run("songda pki show root --pem --folder " + file("ca") + " >" + file("trust/sm2.pem"));
        pki("seal -d " + fakes::department.text + " --name 示例市行政审批局 --out " + file("seal"));
        pki("seal -d " + fakes::department.text + " --name 示例市电子印章系统 --out " +
            file("maker"));
        run("songda seal electronic --id 32019900000001 --name 示例市行政审批局电子印章 --signer " +
            file("seal/seal.pem") + " --maker-key " + file("maker/seal.key") +
            " --maker-certificate " + file("maker/seal.pem") +
            " --picture " SONGDA_SOURCE_DIR "/samples/seal.png --out " + file("seal.esl"));
        std::ifstream in(service_.config());
        std::string text((std::istreambuf_iterator<char>(in)), {});
        const std::string lines = "sm2_key = \"" + file("seal/seal.key") +
                                  "\"\nsm2_certificate = \"" + file("seal/seal.pem") +
                                  "\"\nsm2_electronic_seal = \"" + file("seal.esl") + "\"\n";
        text.insert(text.find("seal_key = "), lines);
        std::ofstream(service_.config()) << text;
        start();
        bearer_ = service_.make_key();
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
    void run(const std::string& words) const {
        const auto done = run_command(std::string(SONGDA_PROGRAM) + words.substr(6));
        ASSERT_EQ(done.status, 0) << done.output;
    }
    void pki(const std::string& words) const {
        run("songda pki " + words + " --folder " + file("ca") + " --passphrase-file " +
            file("pass"));
    }
    void start() {
        ASSERT_TRUE(service_.start()) << service_.complaint();
        client_ = std::make_unique<http::Client>(service_.client().value());
    }
    http::Response ask(const std::string& method, const std::string& path,
                       const std::string& body = {}) {
        http::Headers headers = {{"Authorization", "Bearer " + bearer_}};
        if (!body.empty()) {
            headers.emplace_back("Content-Type", "application/json");
        }
        return client_->send(method, path, headers, body).value();
    }
    /// The message, which comes behind the issue.
    std::string await_message() {
        const std::string path = "/api/v1/documents/" + id_ + "/record.p7s";
        http::Response message = ask("GET", path);
        for (int i = 0; i < 200 && message.status != 200; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            message = ask("GET", path);
        }
        EXPECT_EQ(message.status, 200) << message.body;
        return message.body;
    }
    live::CommandResult verify(const std::string& more = "") const {
        return run_verify(file("document.pdf") + " --sm2 " + file("record.p7s") + " --trust " +
                          file("trust") + more);
    }
    /// The electronic seal came with the message, into the file: other tools and libraries read it,
    /// and find what is signed and what is hashed as we do.
    void expect_sealed() const {
        const std::string pdf = file("document.pdf");
        const json told =
            json::parse(run_verify(pdf + " --trust " + file("trust") + " --json").output);
        EXPECT_EQ(told["integrity"]["reason"], "archived");
        EXPECT_EQ(told["authority"]["answer"], "yes");
        EXPECT_EQ(told["electronic_seal"]["integrity"]["reason"], "signature_fits");
        EXPECT_EQ(told["electronic_seal"]["authority"]["reason"], "seal_certificate_trusted");
        EXPECT_EQ(told["electronic_seal"]["maker"], "示例市电子印章系统");
        const auto plain = run_verify(pdf + " --trust " + file("trust"));
        EXPECT_NE(plain.output.find("电子印章 electronic seal · 示例市行政审批局电子印章"),
                  std::string::npos)
            << plain.output;
        const auto others = run_command("qpdf --check " + pdf + " 2>&1; pdfsig -nocert " + pdf +
                                        " 2>&1; mutool show " + pdf +
                                        " trailer/Root/AcroForm/Fields/2/V | cut -c 1-300");
        for (const auto* const words :
             {"No syntax or stream encoding errors", "Signature is Valid", "sm2seal",
              "/SubFilter /GM.sm2seal", "Not total document signed"}) {
            EXPECT_NE(others.output.find(words), std::string::npos) << words << others.output;
        }
        std::ifstream in(pdf, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        const auto archived = verifier::split_archived(as_bytes(text));
        ASSERT_EQ(archived.revisions.size(), 1U);
        EXPECT_EQ(archived.revisions[0].evidence.size(), 1U) << "the authority above the signer";
        const ArchiveSlot& slot = archived.revisions[0].seal.value().slot;
        std::ofstream(file("token"), std::ios::binary) << as_text(slot.token);
        std::ofstream about(file("about"), std::ios::binary);
        for (const ByteView range : archive_ranges(as_bytes(text), slot)) {
            about << as_text(range);
        }
        about.close();
        const auto read = read_seal_signature(slot.token).value();
        EXPECT_EQ(
            run_command("openssl dgst -sm3 -r " + file("about") + " | cut -d ' ' -f 1").output,
            to_hex(read.hash) + '\n');
        const auto parsed = run_command("openssl asn1parse -inform DER -in " + file("token"));
        EXPECT_NE(parsed.output.find("SM2-with-SM3"), std::string::npos) << parsed.output;
        const auto certificate = read_certificates(file("seal/seal.pem"));
        const Bytes spki = public_key_der(X509_get0_pubkey(certificate.value().front().get()));
        const std::string words = "verify " + to_hex(ByteView(spki).last(65)) + ' ' +
                                  to_hex(read.to_sign) + ' ' + to_hex(read.signature);
        EXPECT_EQ(fakes::sm2_oracle("botan", words), "true");
        EXPECT_EQ(fakes::sm2_oracle("sm-crypto-v2", words), "true");

        std::string changed = text;
        changed[slot.gap_begin + 300] ^= 1;
        std::ofstream(file("changed.pdf"), std::ios::binary) << changed;
        EXPECT_EQ(run_verify(file("changed.pdf") + " --trust " + file("trust")).status, 1);
    }
    void expect_others(const std::string& message, const char* expected) const {
        const auto read = verifier::read_sm2_cms(as_bytes(message));
        ASSERT_TRUE(read.ok());
        const auto certificate = read_certificates(file("seal/seal.pem"));
        const Bytes spki = public_key_der(X509_get0_pubkey(certificate.value().front().get()));
        // GB/T 35275 signs the digest that is attached.
        const std::string words = "verify " + to_hex(ByteView(spki).last(65)) + ' ' +
                                  to_hex(read.value().content) + ' ' +
                                  to_hex(read.value().signature);
        EXPECT_EQ(fakes::sm2_oracle("botan", words), expected);
        EXPECT_EQ(fakes::sm2_oracle("sm-crypto-v2", words), expected);
    }

    const fakes::TemporaryFolder folder_;
    live::Service service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
    std::string id_;
};

TEST_F(Sm2Live, AMessageStandsBesideEachDocumentAndIsBelievedByOthers) {
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::string decision;
    std::getline(in, decision);
    const http::Response issued = ask("POST", "/api/v1/documents", decision);
    ASSERT_EQ(issued.status, 201) << issued.body;
    id_ = json::parse(issued.body)["id"];
    service_.kill();
    start();
    const std::string message = await_message();
    std::ofstream(file("record.p7s"), std::ios::binary) << message;
    const std::string document = ask("GET", "/api/v1/documents/" + id_ + "/file").body;
    std::ofstream(file("document.pdf"), std::ios::binary) << document;

    const auto believed = verify();
    EXPECT_EQ(believed.status, 0) << believed.output;
    EXPECT_NE(believed.output.find("[国密 SM2]"), std::string::npos) << believed.output;
    const json told = json::parse(verify(" --json").output);
    EXPECT_EQ(told["sm2_message"]["integrity"]["answer"], "yes");
    EXPECT_EQ(told["sm2_message"]["authority"]["answer"], "yes");
    EXPECT_EQ(told["sm2_message"]["shape"], "gbt-35275");
    const auto alone = run_verify(file("document.pdf") + " --trust " + file("trust") + " --json");
    const json without = json::parse(alone.output);
    EXPECT_FALSE(without.contains("sm2_message"));
    for (const auto* const axis : {"integrity", "authority", "status"}) {
        EXPECT_EQ(without[axis]["reason"], told[axis]["reason"]) << "as without a message";
    }

    expect_sealed();
    expect_others(message, "true");
    const auto parsed = run_command("openssl asn1parse -inform DER -in " + file("record.p7s"));
    EXPECT_EQ(parsed.status, 0) << parsed.output;
    EXPECT_NE(parsed.output.find(":1.2.156.10197.6.1.4.2.2\n"), std::string::npos);

    // One byte of what was signed is another.
    const auto record = verifier::record_of(verifier::split_archived(as_bytes(document)).issued);
    ASSERT_TRUE(record);
    std::string other(as_text(*record));
    other[other.find("\"number\"") + 12] ^= 1;
    std::ofstream(file("other.json"), std::ios::binary) << other;
    const auto refused = verify(" --record " + file("other.json"));
    EXPECT_EQ(refused.status, 1) << refused.output;
    const Digest digest = sm3(*record);
    const auto at = message.find(as_text(ByteView(digest)));
    ASSERT_NE(at, std::string::npos);
    std::string changed = message;
    changed[at] ^= 1;
    expect_others(changed, "false");
    std::ofstream(file("record.p7s"), std::ios::binary) << changed;
    EXPECT_EQ(verify().status, 1);
    std::ofstream(file("record.p7s"), std::ios::binary) << message;

    // The seal is revoked, and the list lies beside the roots.
    std::string serial =
        run_command("openssl x509 -noout -serial -in " + file("seal/seal.pem") + " | cut -d = -f 2")
            .output;
    serial.pop_back();
    run("songda pki revoke " + serial + " --reason keyCompromise --folder " + file("ca"));
    pki("publish --out " + file("publish"));
    fs::copy_file(file("publish/crl/issuing.crl"), file("trust/issuing.crl"));
    const auto revoked = verify(" --json");
    EXPECT_EQ(revoked.status, 1) << revoked.output;
    EXPECT_EQ(json::parse(revoked.output)["sm2_message"]["revocation"], "revoked");
    EXPECT_EQ(json::parse(revoked.output)["sm2_message"]["integrity"]["answer"], "yes");
    EXPECT_EQ(json::parse(revoked.output)["electronic_seal"]["authority"]["reason"],
              "certificate_revoked");
    EXPECT_EQ(json::parse(revoked.output)["authority"]["answer"], "yes") << "of the file";
}

} // namespace
} // namespace songda

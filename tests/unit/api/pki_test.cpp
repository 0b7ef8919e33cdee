// The counter that hands out how certificates stand, over what the real authority published: what
// it gives, what it says of other requests, and that nothing outdated is given as fresh.
#include "tests/unit/api/counter.hpp"

#include <fstream>

#include "base/text_codec.hpp"
#include "signer/pki/publish.hpp"
#include "tests/fakes/pki_folder.hpp"

namespace songda::api {
namespace {

using fakes::PkiFolder;
using fakes::shell;

class PkiCounterTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        pki_.clock().set(clock_.now());
        auto authority = pki_.init();
        const auto key = signer::make_key();
        const auto issued = authority.issue(
            {signer::Profile::seal, {"示例市", "11320199014138860W", "示例市印章", ""}, 0, ""},
            key.value().get(), PkiFolder::passphrase());
        const auto report = signer::publish(
            authority, {folder_ / "publish", PkiFolder::passphrase(), std::nullopt});
        ASSERT_TRUE(issued.ok() && report.ok());
        next_update_ = report.value().answers.next_update;
        const std::string certificates = pki_.authority_folder() + "/certificates/";
        for (const char* const hash : {"sha1", "sha256"}) {
            (void)shell("openssl ocsp -issuer " + certificates +
                        authority.book().newest(signer::Profile::issuing)->serial + ".pem -" +
                        hash + " -cert " + certificates + issued.value().entry.serial +
                        ".pem -reqout " + pki_.file(hash));
        }
    }
    [[nodiscard]] std::string request(const std::string& hash) const {
        std::ifstream in(pki_.file(hash), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    http::Response post(const std::string& body) {
        http::Request request;
        request.method = "POST";
        request.path = "/pki/ocsp";
        request.headers = {{"Content-Type", "application/ocsp-request"}};
        request.body = body;
        return ask(std::move(request));
    }
    static std::string header(const http::Response& response, std::string_view name) {
        for (const auto& [each, value] : response.headers) {
            if (each == name) {
                return value;
            }
        }
        return {};
    }
    static std::string hex(const http::Response& response) {
        return to_hex(as_bytes(response.body));
    }

    PkiFolder pki_;
    TimeMs next_update_;
};

constexpr const char* malformed = "30030a0101";
constexpr const char* try_later = "30030a0103";
constexpr const char* unauthorized = "30030a0106";

TEST_F(PkiCounterTest, AnswersByEitherHashOverPostAndGetWithLimitedCaching) {
    for (const char* const hash : {"sha1", "sha256"}) {
        const http::Response posted = post(request(hash));
        EXPECT_EQ(posted.status, 200);
        EXPECT_EQ(posted.content_type, "application/ocsp-response");
        ASSERT_GT(posted.body.size(), 500U);
        std::string path = to_base64(as_bytes(request(hash)));
        const http::Response plain = ask("GET", "/pki/ocsp/" + path);
        EXPECT_EQ(plain.body, posted.body) << path;
        for (const auto& [mark, escape] :
             {std::pair("+", "%2B"), std::pair("/", "%2F"), std::pair("=", "%3D")}) {
            for (std::size_t at = 0; (at = path.find(mark)) != std::string::npos;) {
                path.replace(at, 1, escape);
            }
        }
        EXPECT_EQ(ask("GET", "/pki/ocsp/" + path).body, posted.body) << path;
        const std::int64_t left = (next_update_ - clock_.now()) / 1000;
        EXPECT_EQ(header(plain, "Cache-Control"),
                  "max-age=" + std::to_string(left) + ", public, no-transform, must-revalidate");
        http::Request again;
        again.method = "GET";
        again.path = "/pki/ocsp/" + path;
        again.headers = {{"If-None-Match", header(plain, "ETag")}};
        EXPECT_EQ(ask(std::move(again)).status, 304);
    }
}

TEST_F(PkiCounterTest, OtherRequestsAreToldWhatTheyAre) {
    EXPECT_EQ(hex(post("")), malformed);
    EXPECT_EQ(hex(post("nonsense")), malformed);
    EXPECT_EQ(hex(post(request("sha1") + '\0')), malformed);
    EXPECT_EQ(hex(ask("GET", "/pki/ocsp/M===")), malformed);
    EXPECT_EQ(hex(ask("GET", "/pki/ocsp/%zz")), malformed);
    std::string other = request("sha1");
    // The serial number is the last INTEGER before the nonce; another one is not ours.
    const std::size_t at = other.find(std::string("\x02\x10", 2)) + 17;
    other[at] = static_cast<char>(other[at] ^ 1);
    const http::Response unknown = post(other);
    EXPECT_EQ(hex(unknown), unauthorized);
    EXPECT_EQ(header(unknown, "Cache-Control"), "no-store");
    http::Request wrong;
    wrong.method = "POST";
    wrong.path = "/pki/ocsp";
    wrong.headers = {{"Content-Type", "application/json"}};
    EXPECT_EQ(ask(std::move(wrong)).status, 415);
}

TEST_F(PkiCounterTest, AnOutdatedAnswerIsNotGiven) {
    clock_.set(next_update_ + (-1000));
    EXPECT_GT(post(request("sha1")).body.size(), 500U);
    clock_.set(next_update_);
    EXPECT_EQ(hex(post(request("sha1"))), try_later);
    const http::Response list = ask("GET", "/pki/crl/issuing.crl");
    EXPECT_EQ(list.status, 200) << "a list says its own time, and lasts longer";
    clock_.set(next_update_ + 30LL * 86'400'000);
    EXPECT_EQ(header(ask("GET", "/pki/crl/issuing.crl"), "Cache-Control"),
              "max-age=0, public, no-transform, must-revalidate");
}

TEST_F(PkiCounterTest, ListsAndCertificatesAreFilesOfTheFolderAndNoOthers) {
    const http::Response list = ask("GET", "/pki/crl/issuing.crl");
    EXPECT_EQ(list.content_type, "application/pkix-crl");
    EXPECT_EQ(ask("GET", "/pki/ca/root.cer").content_type, "application/pkix-cert");
    std::ofstream(folder_ / "secret.crl") << "secret";
    for (const char* const path : {"/pki/crl/other.crl", "/pki/crl/%2e%2e.crl", "/pki/crl/..crl",
                                   "/pki/crl/A.crl", "/pki/ca/issuing.crl.cer"}) {
        EXPECT_EQ(ask("GET", path).status, 404) << path;
    }
}

TEST_F(PkiCounterTest, AFileThatIsNoAnswerIsNotGiven) {
    (void)shell("for each in " + (folder_ / "publish/ocsp/").string() +
                "*; do printf damaged >$each; done; printf damaged >" +
                (folder_ / "publish/crl/issuing.crl").string());
    EXPECT_EQ(hex(post(request("sha1"))), "30030a0102");
    EXPECT_EQ(ask("GET", "/pki/crl/issuing.crl").status, 503);
}

} // namespace
} // namespace songda::api

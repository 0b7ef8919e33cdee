// What the authority answers is checked by `openssl ts`: the token for what was asked, under the
// sample root, with the policy, the nonce, the time and the accuracy; and each refusal's failure.
#include "signer/timestamp_authority.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/golden_file.hpp"
#include "tests/fakes/sample_authority.hpp"

namespace songda::signer {
namespace {

class AuthorityTest : public ::testing::Test {
protected:
    std::string write(const std::string& name, ByteView bytes) {
        const std::string path = world_.folder.path() / name;
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        return path;
    }
    /// Output of a line of shell, and whether it succeeded.
    std::pair<bool, std::string> shell(const std::string& line) {
        const std::string out = world_.folder.path() / "out";
        const bool good = std::system(("{ " + line + "; } >" + out + " 2>&1").c_str()) == 0;
        return {good, fakes::read_file(out)};
    }
    static std::string golden_path(const std::string& name) {
        return SONGDA_SOURCE_DIR "/tests/golden/timestamp/" + name;
    }
    /// The answer to a golden query, as a file.
    std::string answer_to(const std::string& query) {
        const auto answer =
            world_.authority->answer(as_bytes(fakes::golden_file("timestamp/" + query)));
        EXPECT_FALSE(answer.refused) << query;
        return write(query + ".tsr", answer.response);
    }
    /// openssl checks at the time of the machine; the test's clock is a minute ahead of it.
    std::pair<bool, std::string> verify(const std::string& query, const std::string& reply,
                                        const std::string& more = "") {
        return shell("openssl ts -verify -queryfile " + golden_path(query) + " -in " + reply +
                     " -CAfile " + fakes::sample_keys_folder() + "/trust/root.pem -attime " +
                     std::to_string(world_.clock.now().value / 1000) + ' ' + more);
    }

    fakes::SampleAuthority world_;
};

TEST_F(AuthorityTest, OpensslVerifiesTokensWithCertificates) {
    const std::string reply = answer_to("sha256-cert-nonce.tsq");
    const auto [good, told] = verify("sha256-cert-nonce.tsq", reply);
    EXPECT_TRUE(good) << told;
    EXPECT_FALSE(verify("sha512.tsq", reply).first) << "another request";
    const auto [strict, told_strict] =
        verify("sha256-cert-nonce.tsq", reply, "-x509_strict -purpose timestampsign");
    EXPECT_TRUE(strict) << told_strict;
}

TEST_F(AuthorityTest, OpensslVerifiesTokensWithoutCertificatesIfItHasThem) {
    for (const auto* query : {"sha512.tsq", "sm3.tsq"}) {
        const std::string reply = answer_to(query);
        EXPECT_FALSE(verify(query, reply).first) << "no certificate came with it";
        const auto [good, told] =
            verify(query, reply, "-untrusted " + fakes::sample_keys_folder() + "/tsa/tsa.pem");
        EXPECT_TRUE(good) << query << told;
        EXPECT_LT(std::filesystem::file_size(reply), 700U);
    }
}

TEST_F(AuthorityTest, TheTokenSaysWhatWasAskedAndWhen) {
    world_.clock.advance(1000 - world_.clock.now().value % 1000 + 340);
    world_.boot.advance(1000);
    const std::string reply = answer_to("sha256-cert-nonce.tsq");
    const auto [good, text] = shell("openssl ts -reply -in " + reply + " -text");
    ASSERT_TRUE(good) << text;
    EXPECT_NE(text.find("Status: Granted."), std::string::npos) << text;
    EXPECT_NE(text.find("Policy OID: " + fakes::sample_policy), std::string::npos) << text;
    EXPECT_NE(text.find("Hash Algorithm: sha256"), std::string::npos) << text;
    EXPECT_NE(text.find("Accuracy: 0x01 seconds, unspecified millis"), std::string::npos) << text;
    EXPECT_NE(text.find("Ordering: no"), std::string::npos) << text;
    EXPECT_EQ(text.find("Nonce: unspecified"), std::string::npos) << text;
    const std::string second = to_rfc3339(world_.clock.now()).substr(11, 8);
    EXPECT_NE(text.find(second + ".34 "), std::string::npos) << text << second;
    const std::string token = world_.folder.path() / "token";
    const auto [printed, parts] =
        shell("openssl ts -reply -token_out -in " + reply + " -out " + token +
              " && openssl cms -cmsout -print -inform DER -in " + token);
    ASSERT_TRUE(printed) << parts;
    EXPECT_NE(parts.find("id-smime-ct-TSTInfo"), std::string::npos) << parts;
    EXPECT_NE(parts.find("id-smime-aa-signingCertificateV2"), std::string::npos) << parts;
    EXPECT_EQ(parts.find("signingTime"), std::string::npos) << "the token has one time, its own";
}

TEST_F(AuthorityTest, RefusalsAreReadByOpenssl) {
    const auto told_of = [&](ByteView request) {
        const auto answer = world_.authority->answer(request);
        EXPECT_TRUE(answer.refused);
        return shell("openssl ts -reply -text -in " + write("refused.tsr", answer.response)).second;
    };
    const auto golden = [](const std::string& name) {
        return fakes::golden_file("timestamp/" + name);
    };
    const std::string old = told_of(as_bytes(golden("sha1.tsq")));
    EXPECT_NE(old.find("Status: Rejected."), std::string::npos) << old;
    EXPECT_NE(old.find("unrecognized or unsupported algorithm identifier"), std::string::npos);
    EXPECT_NE(old.find("SHA-256, SHA-384, SHA-512 and SM3"), std::string::npos) << old;
    EXPECT_NE(told_of(as_bytes(golden("sha384-policy.tsq")))
                  .find("the requested TSA policy is not supported by the TSA"),
              std::string::npos);
    EXPECT_NE(told_of(as_bytes("garbage")).find("the data submitted has the wrong format"),
              std::string::npos);
    std::string extended = golden("sha512.tsq"); // and an empty list of extensions
    extended[1] = static_cast<char>(extended[1] + 2);
    EXPECT_NE(told_of(as_bytes(extended + std::string("\xA0\x00", 2)))
                  .find("the requested extension is not supported"),
              std::string::npos);
    std::string version = golden("sha512.tsq");
    version[4] = 2;
    EXPECT_NE(told_of(as_bytes(version)).find("transaction not permitted or supported"),
              std::string::npos);
    world_.clock.advance(-10'000);
    EXPECT_NE(told_of(as_bytes(golden("sha512.tsq"))).find("time source is not available"),
              std::string::npos);
    world_.clock.advance(10'000 + 8LL * 365 * 86'400'000);
    world_.boot.advance(8LL * 365 * 86'400'000);
    EXPECT_NE(told_of(as_bytes(golden("sha512.tsq")))
                  .find("the request cannot be handled due to system failure"),
              std::string::npos)
        << "its certificate has ended";
}

TEST_F(AuthorityTest, EverySerialIsAnother) {
    std::set<std::string> seen;
    const std::string query = fakes::golden_file("timestamp/sha512.tsq");
    for (int i = 0; i < 100; ++i) {
        const std::string token = to_hex(world_.authority->answer(as_bytes(query)).response);
        const std::size_t imprint = token.find(to_hex(as_bytes(query)).substr(26));
        ASSERT_NE(imprint, std::string::npos) << "the imprint is there unchanged";
        const std::string serial = token.substr(imprint + query.size() * 2 - 26, 36);
        EXPECT_TRUE(serial.starts_with("0210")) << serial;
        EXPECT_TRUE(seen.insert(serial).second);
    }
}

TEST_F(AuthorityTest, ManyThreadsStampAtOnce) {
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    const std::string query = fakes::golden_file("timestamp/sha256-cert-nonce.tsq");
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 50; ++j) {
                good += world_.authority->answer(as_bytes(query)).refused ? 0 : 1;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 200);
}

/// Certificates of the sample authority's key with other uses, made by openssl.
class OtherUse : public AuthorityTest {
protected:
    std::string refusal(const std::string& extensions, const std::string& subject = "TSA") {
        const std::string keys = fakes::sample_keys_folder();
        const std::string base = world_.folder.path() / "other";
        const auto [made, told] =
            shell("printf '" + extensions + "' >" + base + ".ext && openssl req -new -utf8 -key " +
                  keys + "/tsa/tsa.key -subj '/C=CN/O=" + subject + "/CN=TSA' -out " + base +
                  ".csr && openssl x509 -req -in " + base + ".csr -CA " + keys +
                  "/issuing.pem -CAkey " + keys + "/issuing.key -set_serial 78 -days 9 -extfile " +
                  base + ".ext -out " + base + ".pem");
        EXPECT_TRUE(made) << told;
        const auto opened = fakes::sample_stamp(world_.clock, false, base + ".pem");
        return opened.ok() ? "taken" : opened.error().detail;
    }
};

TEST_F(OtherUse, OnlyTimestampingAloneAndCriticalIsTaken) {
    EXPECT_EQ(refusal("extendedKeyUsage=critical,timeStamping\\n"), "taken");
    EXPECT_EQ(refusal("keyUsage=critical,digitalSignature,nonRepudiation\\n"
                      "extendedKeyUsage=critical,timeStamping\\n"),
              "taken");
    for (const auto* wrong :
         {"extendedKeyUsage=timeStamping\\n",
          "extendedKeyUsage=critical,timeStamping,emailProtection\\n",
          "extendedKeyUsage=critical,timeStamping,1.3.6.1.5.5.7.3.36\\n",
          "extendedKeyUsage=critical,emailProtection\\n", "keyUsage=critical,digitalSignature\\n",
          "extendedKeyUsage=critical,timeStamping\\nbasicConstraints=critical,CA:TRUE\\n",
          "extendedKeyUsage=critical,timeStamping\\nkeyUsage=critical,digitalSignature,"
          "keyAgreement\\n",
          "extendedKeyUsage=critical,timeStamping\\nkeyUsage=critical,keyAgreement\\n"}) {
        EXPECT_NE(refusal(wrong).find("not for time-stamps alone"), std::string::npos) << wrong;
    }
}

TEST_F(OtherUse, WhatDoesNotFitIsNamed) {
    const auto in_production = fakes::sample_stamp(world_.clock, true);
    EXPECT_NE(in_production.error().detail.find("a sample key never signs in production"),
              std::string::npos);
    const auto other_key =
        fakes::sample_stamp(world_.clock, false, fakes::sample_keys_folder() + "/tsa/tsa.pem",
                            open_key_file(fakes::sample_seal().seal_key, "").value());
    EXPECT_NE(other_key.error().detail.find("belongs to another key"), std::string::npos);
    const auto no_policy = TimestampAuthority::open(
        {"songda", 1000}, fakes::sample_stamp(world_.clock).value(), *world_.time, world_.random);
    EXPECT_NE(no_policy.error().detail.find("not dotted numbers"), std::string::npos);
    const auto no_key =
        TimestampAuthority::open(fakes::sample_authority_rules(),
                                 open_seal_cupboard({}, std::nullopt, false, world_.clock).value(),
                                 *world_.time, world_.random);
    EXPECT_NE(no_key.error().detail.find("no key for time-stamps"), std::string::npos);
    EXPECT_EQ(policy_der(fakes::sample_policy).front(), 0x06);
}

} // namespace
} // namespace songda::signer

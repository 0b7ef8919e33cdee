// DKIM signatures: the vector of RFC 8463, dkimpy both ways, every byte of what is signed changed,
// and keys that must be refused. opendkim-testmsg agrees about RSA.
#include "delivery/channels/dkim.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/key_file.hpp"
#include "delivery/channels/mime.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/memory_search.hpp"

namespace songda::delivery {
namespace {

constexpr TimeMs moment{1'795'482'123'456};
constexpr std::string_view domain = "example.gov.cn";

/// What a program prints, and nothing when it fails.
std::string output_of(const std::string& command) {
    FILE* const pipe = popen(command.c_str(), "r");
    std::string text;
    for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
        text += static_cast<char>(c);
    }
    return pclose(pipe) == 0 ? text : std::string();
}

/// A folder with keys of the openssl command, and dkimpy beside it.
class Dkim : public testing::Test {
protected:
    void SetUp() override {
        output_of("umask 077; openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 "
                  "-out " +
                  rsa_ + " 2>/dev/null; openssl genpkey -algorithm ED25519 -out " + ed25519_);
    }
    [[nodiscard]] DkimSigner signer() const {
        auto made = DkimSigner::make(std::string(domain), {{"s1", rsa_}, {"e1", ed25519_}});
        EXPECT_TRUE(made.ok()) << made.error().detail;
        return std::move(made).value();
    }
    [[nodiscard]] static std::string letter() {
        const Bytes file = {'%', 'P', 'D', 'F', 0, 255};
        Mail mail;
        mail.leg = *parse_leg_id("0193a1b2c3d47e5f8a9b0c1d2e3f4a5b");
        mail.date = moment;
        mail.from_address = "songda@mail.example.gov.cn";
        mail.from_name = "示例市行政审批局";
        mail.to = "zhang@example.cn";
        mail.subject = "【送达】食品经营许可证 JY13201990000019 已签发";
        mail.body = "您好：\n\n文件已随本邮件附上。\n\n\n";
        mail.file_name = "食品经营许可证.pdf";
        mail.file = file;
        return compose(mail);
    }
    [[nodiscard]] std::string keep(const std::string& mail) const {
        const std::string path = folder_.path() / "mail.eml";
        std::ofstream(path, std::ios::binary | std::ios::trunc) << mail;
        return path;
    }
    /// One verdict for each signature, as dkimpy gives it.
    [[nodiscard]] nlohmann::json verdicts(const std::string& mail) const {
        const std::string records = folder_.path() / "records.json";
        std::ofstream(records) << nlohmann::json{
            {"s1._domainkey.example.gov.cn", dkim_record(rsa_).value()},
            {"e1._domainkey.example.gov.cn", dkim_record(ed25519_).value()}};
        return nlohmann::json::parse(output_of(python + "verify " + keep(mail) + ' ' + records),
                                     nullptr, false);
    }

    const std::string python =
        "/usr/bin/python3 " SONGDA_SOURCE_DIR "/tests/unit/channels/dkim_check.py ";
    const fakes::TemporaryFolder folder_;
    const std::string rsa_ = folder_.path() / "rsa.key";
    const std::string ed25519_ = folder_.path() / "ed25519.key";
};

/// As a receiver does, for the test's own use: one signature with the key's public half.
bool holds(const openssl::Pkey& key, const Digest& digest, const Bytes& signature) {
    std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_ED25519) {
        return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
               EVP_DigestVerify(context.get(), signature.data(), signature.size(), digest.data(),
                                digest.size()) == 1;
    }
    const openssl::PkeyContext verify(EVP_PKEY_CTX_new(key.get(), nullptr));
    return EVP_PKEY_verify_init(verify.get()) == 1 &&
           EVP_PKEY_CTX_set_signature_md(verify.get(), EVP_sha256()) == 1 &&
           EVP_PKEY_verify(verify.get(), signature.data(), signature.size(), digest.data(),
                           digest.size()) == 1;
}

std::string without_blanks(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\r' || c == '\n' || c == '\t'; });
    return text;
}

/// The value of one tag of a field.
std::string tag(const std::string& field, const std::string& name) {
    const std::string text = ";" + without_blanks(field.substr(field.find(':') + 1)) + ";";
    const std::size_t at = text.find(';' + name + '=');
    const std::size_t begin = at + name.size() + 2;
    return at == std::string::npos ? "" : text.substr(begin, text.find(';', begin) - begin);
}

std::vector<std::string_view> split(std::string_view names) {
    std::vector<std::string_view> out;
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(':'), names.size());
        out.push_back(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return out;
}

// RFC 8463 appendix A.
constexpr std::string_view rfc_message = "From: Joe SixPack <joe@football.example.com>\r\n"
                                         "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                         "Subject: Is dinner ready?\r\n"
                                         "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                         "Message-ID: <20030712040037.46341.5F8J@football.example."
                                         "com>\r\n"
                                         "\r\n"
                                         "Hi.\r\n"
                                         "\r\n"
                                         "We lost the game.  Are you hungry yet?\r\n"
                                         "\r\n"
                                         "Joe.\r\n";
constexpr std::string_view rfc_field =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=";
constexpr std::string_view rfc_signature =
    "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";

TEST_F(Dkim, TheVectorOfRfc8463ComesOutByteForByte) {
    EXPECT_EQ(to_base64(dkim_body_hash(rfc_message)),
              "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    const Digest digest = dkim_header_hash(
        rfc_message, split("from:to:subject:date:message-id:from:subject:date"), rfc_field);
    const Bytes seed = *from_base64("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
    const openssl::Pkey key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    const Bytes signature = *from_base64(rfc_signature);
    EXPECT_TRUE(holds(key, digest, signature));
    // Its key file gives its record and, Ed25519 being deterministic, its signature.
    Bytes der = *from_hex("302e020100300506032b657004220420");
    append(der, ByteView(seed));
    const std::string path = folder_.path() / "brisbane.key";
    output_of("umask 077; touch " + path);
    std::ofstream(path) << "-----BEGIN PRIVATE KEY-----\n"
                        << to_base64(der) << "\n-----END PRIVATE KEY-----\n";
    EXPECT_EQ(dkim_record(path).value(),
              "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST_F(Dkim, DkimpyFindsBothSignaturesGood) {
    const std::string mail = letter();
    const std::string fields = signer().sign(mail, moment).value();
    EXPECT_EQ(verdicts(fields + mail), (nlohmann::json{true, true})) << fields;
    EXPECT_EQ(signer().sign(mail, moment).value(), fields) << "the same bytes at every attempt";
    for (std::size_t at = 0; at < fields.size();) {
        const std::size_t end = fields.find("\r\n", at);
        EXPECT_LE(end - at, 78U) << fields;
        at = end + 2;
    }
}

TEST_F(Dkim, DkimpyFindsEveryChange) {
    const std::string mail = letter();
    const std::string fields = signer().sign(mail, moment).value();
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string other = mail;
        const std::size_t at = other.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return fields + other.replace(at, from.size(), to);
    };
    const nlohmann::json bad{false, false};
    for (const char* name : {"From: ", "To: ", "Subject: ", "Date: ", "Message-ID: ",
                             "MIME-Version: ", "Auto-Submitted: ", "Content-Type: "}) {
        EXPECT_EQ(verdicts(changed(name, std::string(name) + "x")), bad) << name;
    }
    const std::size_t body = mail.find("\r\n\r\n") + 4;
    std::string tampered = mail;
    const std::size_t letter_at = tampered.find("5oKo", body); // 您
    ASSERT_NE(letter_at, std::string::npos);
    tampered[letter_at] = '6';
    EXPECT_EQ(verdicts(fields + tampered), bad);
    // Another field in front of the signed one, or one that is not there: the classic ways.
    for (const char* added :
         {"From: <boss@example.cn>\r\n", "Subject: x\r\n", "Reply-To: <x@y.cn>\r\n",
          "Cc: <x@y.cn>\r\n", "Content-Type: text/html\r\n"}) {
        EXPECT_EQ(verdicts(added + fields + mail), bad) << added;
        EXPECT_EQ(verdicts(fields + added + mail), bad) << added;
    }
    EXPECT_EQ(verdicts("Received: by relay\r\n" + fields + mail), (nlohmann::json{true, true}));
}

TEST_F(Dkim, WhatDkimpySignsHashesTheSame) {
    const std::string mail =
        "X-Odd:  a\t b \r\n  c  \r\n" + letter() + " \t \r\nlast \t line\r\n\r\n";
    for (const bool rsa : {true, false}) {
        const std::string field =
            output_of(python + "sign " + keep(mail) + " s1 example.gov.cn " +
                      (rsa ? rsa_ + " rsa-sha256" : ed25519_ + " ed25519-sha256"));
        ASSERT_FALSE(field.empty());
        EXPECT_EQ(tag(field, "bh"), to_base64(dkim_body_hash(mail)));
        const std::string names = tag(field, "h");
        // It ends with b= and its value; the rest is as it was signed.
        const std::string bare = field.substr(0, field.rfind("b=") + 2);
        const auto key = read_key_file(rsa ? rsa_ : ed25519_);
        EXPECT_TRUE(holds(key.value(), dkim_header_hash(mail, split(names), bare),
                          *from_base64(tag(field, "b"))))
            << field;
    }
}

TEST_F(Dkim, OpendkimAgreesAboutRsa) {
    if (!std::filesystem::exists("/usr/sbin/opendkim")) {
        GTEST_SKIP() << "opendkim is not installed: tools/install.sh test";
    }
    auto made = DkimSigner::make(std::string(domain), {{"s1", rsa_}});
    const std::string mail = letter();
    const std::string path = keep(made.value().sign(mail, moment).value() + mail);
    const std::string key = dkim_record(rsa_).value();
    std::ofstream(folder_.path() / "opendkim.conf")
        << "QueryCache no\nTestDNSData " << (folder_.path() / "dns").string() << '\n';
    std::ofstream(folder_.path() / "dns") << "s1._domainkey.example.gov.cn " << key << '\n';
    const std::string said =
        output_of("/usr/sbin/opendkim -x " + (folder_.path() / "opendkim.conf").string() +
                  " -vv -t " + path + " 2>&1 || true");
    EXPECT_NE(said.find("verification (s=s1, d=example.gov.cn, 2048-bit key"), std::string::npos)
        << said;
    EXPECT_NE(said.find("succeeded"), std::string::npos) << said;
}

TEST_F(Dkim, KeysOfNoUseAreRefusedByTheFile) {
    const auto refused = [](std::vector<DkimKeyFile> keys, std::string name = "example.cn") {
        const auto made = DkimSigner::make(std::move(name), keys);
        return made.ok() ? std::string("accepted") : made.error().detail;
    };
    EXPECT_EQ(refused({{"s1", rsa_}}), "accepted");
    EXPECT_EQ(refused({{"s1", rsa_}}, "example"), "DKIM: the domain is none");
    EXPECT_NE(refused({{"e1", ed25519_}}).find("RSA"), std::string::npos);
    EXPECT_NE(refused({}).find("1 to 4 keys"), std::string::npos);
    EXPECT_EQ(refused({{"s 1", rsa_}}), "DKIM: not a selector: s 1");
    EXPECT_NE(refused({{"s1", folder_.path() / "none"}}).find("none"), std::string::npos);
    const std::string weak = folder_.path() / "weak.key";
    output_of("umask 077; openssl genrsa -out " + weak + " 1024 2>/dev/null");
    EXPECT_NE(refused({{"s1", weak}}).find("less than 2048"), std::string::npos);
    const std::string other = folder_.path() / "p256.key";
    output_of("umask 077; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " +
              other);
    EXPECT_NE(refused({{"s1", other}}).find("not an RSA or Ed25519"), std::string::npos);
    std::filesystem::permissions(rsa_, std::filesystem::perms(0644));
    EXPECT_NE(refused({{"s1", rsa_}}).find("chmod 600"), std::string::npos);
}

/// The first 32 bytes of a private number, masked, as the command line tells it.
std::array<std::uint8_t, 32> masked_number(const std::string& path, const std::string& name) {
    std::string hex = output_of("openssl pkey -text -noout -in " + path + " | sed -n '/^" + name +
                                ":/,/^[a-z]/p' | grep '^ ' | tr -d ' :\\n'");
    hex.erase(0, hex.starts_with("00") ? 2 : 0); // the sign of an ASN.1 integer
    std::array<std::uint8_t, 32> masked{};
    const auto bytes = from_hex(hex.substr(0, 64));
    EXPECT_TRUE(bytes && bytes->size() == 32) << name;
    for (std::size_t i = 0; bytes && i < bytes->size(); ++i) {
        masked[i] = static_cast<std::uint8_t>((*bytes)[i] ^ fakes::search_mask);
    }
    return masked;
}

TEST_F(Dkim, ReadingAKeyLeavesNothingInTheOrdinaryHeap) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer has memory of its own, which nobody may read";
#endif
    (void)CRYPTO_secure_malloc_init(1U << 20U, 32);
    for (const auto& [path, name] :
         {std::pair(rsa_, std::string("privateExponent")), std::pair(rsa_, std::string("prime1")),
          std::pair(ed25519_, std::string("priv"))}) {
        auto masked = masked_number(path, name);
        const int before = fakes::count_in_ordinary_memory(masked);
        auto key = read_key_file(path);
        ASSERT_TRUE(key.ok()) << key.error().detail;
        if (name == "priv") {
            key.value().reset(); // it lies there while it lives, and is wiped
        }
        EXPECT_EQ(fakes::count_in_ordinary_memory(masked), before) << name;
        std::reverse(masked.begin(), masked.end()); // as the machine keeps numbers
        EXPECT_EQ(fakes::count_in_ordinary_memory(masked), 0) << name;
    }
}

TEST_F(Dkim, TraditionalRsaFilesAreReadToo) {
    const std::string old = folder_.path() / "pkcs1.key";
    output_of("umask 077; openssl rsa -traditional -in " + rsa_ + " -out " + old + " 2>/dev/null");
    EXPECT_NE(fakes::read_file(old).find("BEGIN RSA PRIVATE KEY"), std::string::npos);
    EXPECT_EQ(dkim_record(old).value(), dkim_record(rsa_).value());
}

} // namespace
} // namespace songda::delivery

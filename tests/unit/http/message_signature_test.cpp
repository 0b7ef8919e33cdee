// RFC 9421's own vector, and what a signature must say to be believed.
#include "http/message_signature.hpp"

#include <gtest/gtest.h>

#include "base/text_codec.hpp"

namespace songda::http {
namespace {

constexpr TimeMs now{1'795'482'123'004};

/// test-key-ed25519 of RFC 9421 B.1.4.
Bytes from_url(std::string_view text) {
    return from_base64url(text).value();
}
Ed25519Key public_key() {
    const Bytes bytes = from_url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
    Ed25519Key key{};
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
}
openssl::Pkey private_key() {
    const Bytes bytes = from_url("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU");
    return openssl::Pkey(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()));
}
std::optional<Ed25519Key> find_key(std::string_view id) {
    return id == "partner-1" ? std::optional(public_key()) : std::nullopt;
}

Request order() {
    Request request;
    request.method = "POST";
    request.path = "/api/v1/partner/orders:claim";
    request.query = "limit=10";
    request.headers = {{"Host", "Songda.Example.gov.cn:8443"},
                       {"Content-Type", "application/json"},
                       {"Idempotency-Key", "\"a1\""}};
    request.body = R"({"hello": "world"})";
    return request;
}
Request signed_order(TimeMs at = now) {
    Request request = order();
    const auto added = sign_request(request, private_key().get(), "partner-1", at);
    request.headers.insert(request.headers.end(), added.value().begin(), added.value().end());
    return request;
}
void set_header(Request& request, std::string_view name, std::string value) {
    for (auto& [each, text] : request.headers) {
        if (same_name(each, name)) {
            text = std::move(value);
        }
    }
}
std::string why_not(const Request& request, TimeMs at = now) {
    const auto verified = verify_request(request, find_key, at);
    return verified.ok() ? "" : verified.error().detail;
}

TEST(MessageSignature, TheVectorOfTheRfcIsReproduced) {
    Request request;
    request.method = "POST";
    request.path = "/foo";
    request.query = "param=Value&Pet=dog";
    request.headers = {
        {"Host", "example.com"},
        {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
        {"Content-Type", "application/json"},
        {"Content-Length", "18"},
        {"Signature-Input",
         R"(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")"
         R"();created=1618884473;keyid="test-key-ed25519")"},
        {"Signature", "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4"
                      "A0w6vuQv5lIp5WPpBKRCw==:"}};
    const auto read = read_signatures(request);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    ASSERT_EQ(read.value().size(), 1U);
    EXPECT_EQ(read.value()[0].created, 1'618'884'473);
    const std::string base = signature_base(request, read.value()[0]).value();
    EXPECT_EQ(base,
              "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n"
              "\"@authority\": example.com\n\"content-type\": application/json\n"
              "\"content-length\": 18\n\"@signature-params\": (\"date\" \"@method\" \"@path\" "
              "\"@authority\" \"content-type\" \"content-length\");created=1618884473;"
              "keyid=\"test-key-ed25519\"");
    Bytes made(64);
    std::size_t size = made.size();
    const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    const openssl::Pkey key = private_key();
    ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()), 1);
    ASSERT_EQ(EVP_DigestSign(context.get(), made.data(), &size, as_bytes(base).data(), base.size()),
              1);
    EXPECT_EQ(made, read.value()[0].signature) << "Ed25519 has one signature for one text";
}

TEST(MessageSignature, TheDigestOfTheReferenceIsReproduced) {
    EXPECT_EQ(content_digest(R"({"hello": "world"})"),
              "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
}

TEST(MessageSignature, WhatWeSignIsBelieved) {
    const auto verified = verify_request(signed_order(), find_key, now);
    ASSERT_TRUE(verified.ok()) << verified.error().detail;
    EXPECT_EQ(verified.value().key_id, "partner-1");
    EXPECT_EQ(verified.value().until, now.value / 1000 + 600);
}

TEST(MessageSignature, AnyChangedPartIsSeen) {
    const auto changed = [](auto change) {
        Request request = signed_order();
        change(request);
        return why_not(request);
    };
    EXPECT_NE(changed([](Request& r) { r.method = "PUT"; }), "");
    EXPECT_NE(changed([](Request& r) { r.path += '/'; }), "");
    EXPECT_NE(changed([](Request& r) { r.query = "limit=11"; }), "");
    EXPECT_NE(changed([](Request& r) { set_header(r, "Host", "other.example"); }), "");
    EXPECT_NE(changed([](Request& r) { set_header(r, "Content-Type", "text/plain"); }), "");
    EXPECT_NE(changed([](Request& r) { set_header(r, "Idempotency-Key", "\"a2\""); }), "");
    EXPECT_EQ(changed([](Request& r) { r.body += ' '; }),
              "Content-Digest is not the sha-256 of the body");
    EXPECT_EQ(changed([](Request& r) { set_header(r, "Host", "SONGDA.example.GOV.cn:8443"); }), "")
        << "a host has no upper case";
}

TEST(MessageSignature, WhatItMustCoverIsNamed) {
    Request request = signed_order();
    for (auto& [name, text] : request.headers) {
        if (name == "Signature-Input") {
            const std::string_view covered = " \"idempotency-key\"";
            text.erase(text.find(covered), covered.size());
        }
    }
    EXPECT_EQ(why_not(request), "the signature must cover idempotency-key");
}

TEST(MessageSignature, OldAndFutureOnesAreRefused) {
    const auto at = [](std::int64_t seconds) { return TimeMs{now.value + seconds * 1000}; };
    EXPECT_EQ(why_not(signed_order(at(-299))), "");
    EXPECT_NE(why_not(signed_order(at(-301))), "");
    EXPECT_EQ(why_not(signed_order(at(299))), "");
    EXPECT_NE(why_not(signed_order(at(301))), "");
}

TEST(MessageSignature, UnsignedAndUnknownAreToldApart) {
    EXPECT_EQ(why_not(order()), "the request is not signed (RFC 9421)");
    Request request = order();
    const auto added = sign_request(request, private_key().get(), "somebody", now);
    request.headers.insert(request.headers.end(), added.value().begin(), added.value().end());
    EXPECT_EQ(why_not(request), "no signature is by a key that is known");
}

TEST(MessageSignature, HeadersOfOtherShapesAreRefused) {
    for (const char* const input :
         {"sig1", "sig1=", "sig1=(", "sig1=()x", "sig1=(\"a\"\"b\")", "sig1=(\"a\" \"a\")",
          "sig1=(\"a\";sf)", "SIG=()", "sig1=();created=abc", "sig1=();created=99999999999999999",
          "sig1=();keyid=unquoted", "sig1=(),", "sig1=(\"a\x01\")", "sig1=(\"\\"}) {
        Request request = order();
        request.headers.emplace_back("Signature-Input", input);
        request.headers.emplace_back("Signature", "sig1=:AAAA:");
        EXPECT_FALSE(read_signatures(request).ok()) << input;
    }
    for (const char* const value :
         {"sig1=AAAA", "sig1=:AAAA", "sig1=:A:", "sig1", ",", "sig1=::,"}) {
        Request request = order();
        request.headers.emplace_back("Signature-Input", "sig1=()");
        request.headers.emplace_back("Signature", value);
        EXPECT_FALSE(read_signatures(request).ok()) << value;
    }
}

TEST(MessageSignature, OfSeveralTheOneOfAKnownKeyCounts) {
    Request request = signed_order();
    for (auto& [name, text] : request.headers) {
        if (name == "Signature-Input") {
            text = "proxy=(\"@method\");created=1;keyid=\"elsewhere\";tag=\"t\", " + text;
        } else if (name == "Signature") {
            text = "proxy=:AAAA:, " + text;
        }
    }
    EXPECT_EQ(why_not(request), "");
}

} // namespace
} // namespace songda::http

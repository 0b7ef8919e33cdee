// The gate refuses every request with two meanings (reliability §10.2–10.4, threat T13) and passes
// plain ones.
#include "http/gate.hpp"

#include <gtest/gtest.h>

namespace songda::http {
namespace {

int gate_status(const std::string& bytes) {
    const GateAnswer answer = pass_gate(bytes, GateLimits{}, {"localhost"});
    return answer.head ? 200 : answer.status;
}

TEST(Gate, PlainRequestsPass) {
    const auto answer = pass_gate(
        "POST /api/v1/documents?a=b HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 3\r\n"
        "Expect: 100-continue\r\nX:  a\tb \r\n\r\n",
        GateLimits{}, {"localhost"});
    ASSERT_TRUE(answer.head);
    EXPECT_EQ(answer.head->method, "POST");
    EXPECT_EQ(answer.head->target, "/api/v1/documents?a=b");
    EXPECT_EQ(answer.head->content_length, 3U);
    EXPECT_TRUE(answer.head->expects_continue);
    EXPECT_TRUE(answer.head->keep_alive);
    EXPECT_EQ(answer.head->headers.back().second, "a\tb");
    EXPECT_EQ(
        gate_status("POST / HTTP/1.1\r\nHost: LOCALHOST\r\nTransfer-Encoding: chunked\r\n\r\n"),
        200);
    EXPECT_EQ(gate_status("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"), 200);
}

TEST(Gate, TheElevenAmbiguousRequestsAreRefused) {
    const std::string host = "Host: localhost\r\n";
    const std::vector<std::string> ambiguous = {
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host +
            "Transfer-Encoding: chunked, identity\r\nContent-Length: 3\r\n\r\n",
        "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 3, 3\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + host + "\r\n",
        "GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n",
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\n" + host + "\r\n",
    };
    ASSERT_EQ(ambiguous.size(), 11U);
    for (const std::string& request : ambiguous) {
        EXPECT_EQ(gate_status(request), 400) << request;
    }
}

TEST(Gate, TwoCredentialsOrKeysAreRefused) {
    for (const std::string field : {"Authorization: Bearer A.B\r\n", "idempotency-key: a\r\n"}) {
        const std::string head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n";
        EXPECT_EQ(gate_status(head + field + "\r\n"), 200) << field;
        EXPECT_EQ(gate_status(head + field + field + "\r\n"), 400) << field;
    }
}

TEST(Gate, TargetsWithTwoMeaningsAreRefused) {
    for (const auto* target :
         {"http://localhost/", "*", "//a", "/a//b", "/a/..", "/%2e%2E/a", "/a%2Fb", "/a%00", "/a b",
          "/a#b", "/\xE4\xB8\xAD", "/a\\b", "/<", ""}) {
        EXPECT_EQ(
            gate_status(std::string("GET ") + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400)
            << target;
    }
    EXPECT_EQ(
        gate_status("GET /v/0123456789ABCDEF?q=%E4%B8%AD HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        200);
}

TEST(Gate, OnlyAfterTheOpaquePrefixIsASlashPartOfAValue) {
    const auto status = [](const std::string& target) {
        GateLimits limits;
        limits.opaque_prefix = "/pki/ocsp/";
        return pass_gate("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n", limits,
                         {"localhost"})
            .status;
    };
    EXPECT_EQ(status("/pki/ocsp/MFEw//T/M%2FE%2B%3D"), 200);
    for (const char* const target :
         {"/pki/ocsp/../x", "/pki/ocsp/%2e%2e/x", "/pki/ocsp/a%00", "/pki//ocsp/M",
          "/pki/crl/a%2Fb", "/a//pki/ocsp/M", "/PKI/ocsp//M"}) {
        EXPECT_EQ(status(target), 400) << target;
    }
}

TEST(Gate, MalformedFieldsAreRefused) {
    for (const auto* field :
         {"X : a", ": a", "X", "X: a\x01", "X: \xE4", "Content-Length: +3", "Content-Length: 0x3",
          "Content-Length: -1", "Content-Length: 18446744073709551619",
          "Content-Length:", "Upgrade: h2c", "X: a\rb"}) {
        EXPECT_EQ(
            gate_status(std::string("POST / HTTP/1.1\r\nHost: localhost\r\n") + field + "\r\n\r\n"),
            400)
            << field;
    }
    EXPECT_EQ(gate_status("GET / HTTP/1.1\nHost: localhost\n\n"), 400);
    EXPECT_EQ(gate_status("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"), 400);
    EXPECT_EQ(gate_status("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n"), 400);
    EXPECT_EQ(gate_status("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 400);
}

TEST(Gate, TooMuchHeaderIsToldSo) {
    std::string many = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 64; ++i) {
        many += "a:b\r\n";
    }
    EXPECT_EQ(gate_status(many + "\r\n"), 431);
    EXPECT_EQ(gate_status("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'a') +
                          "\r\n\r\n"),
              431);
    EXPECT_EQ(
        gate_status("GET /" + std::string(2048, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        400);
}

TEST(Gate, EveryTruncationIsRefused) {
    const std::string whole = "GET /a HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(gate_status(whole.substr(0, size)), 400) << size;
    }
}

} // namespace
} // namespace songda::http

#include "verifier/timestamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <openssl/err.h>
#include <openssl/ts.h>

#include "base/certificate.hpp"
#include "base/deleter.hpp"

namespace songda::verifier {
namespace {

using Request = std::unique_ptr<TS_REQ, Deleter<TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Deleter<TS_RESP_free>>;
using Token = std::unique_ptr<PKCS7, Deleter<PKCS7_free>>;
using Info = std::unique_ptr<TS_TST_INFO, Deleter<TS_TST_INFO_free>>;
using VerifyContext = std::unique_ptr<TS_VERIFY_CTX, Deleter<TS_VERIFY_CTX_free>>;

constexpr std::size_t words_max = 200;

struct Failure {
    int bit;
    std::string_view name;
};
constexpr std::array failures = {Failure{0, "badAlg"},
                                 Failure{2, "badRequest"},
                                 Failure{5, "badDataFormat"},
                                 Failure{14, "timeNotAvailable"},
                                 Failure{15, "unacceptedPolicy"},
                                 Failure{16, "unacceptedExtension"},
                                 Failure{17, "addInfoNotAvailable"},
                                 Failure{25, "systemFailure"}};

/// Somebody else's words: printable ASCII, cut.
std::string printable(std::string_view text) {
    std::string out(text.substr(0, words_max));
    std::replace_if(
        out.begin(), out.end(), [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return out;
}

Error refused(std::string why) {
    ERR_clear_error();
    return {Fault::forbidden, std::move(why)};
}

Error not_a_reply(std::string why) {
    ERR_clear_error();
    return {Fault::corrupt, std::move(why)};
}

/// Why OpenSSL says no, in its words.
std::string openssl_words() {
    const char* data = nullptr;
    int flags = 0;
    const unsigned long code = ERR_peek_last_error_all(nullptr, nullptr, nullptr, &data, &flags);
    const char* const reason = ERR_reason_error_string(code);
    std::string words = reason == nullptr ? "not verified" : reason;
    if (data != nullptr && (flags & ERR_TXT_STRING) != 0 && *data != '\0') {
        words += std::string(" (") + data + ')';
    }
    return printable(words);
}

/// What the authority says about its refusal.
std::string status_words(const TS_STATUS_INFO* status) {
    std::string words = "it refused";
    const ASN1_BIT_STRING* const bits = TS_STATUS_INFO_get0_failure_info(status);
    for (const auto& [bit, name] : failures) {
        if (bits != nullptr && ASN1_BIT_STRING_get_bit(bits, bit) == 1) {
            words += ": " + std::string(name);
        }
    }
    const STACK_OF(ASN1_UTF8STRING)* const texts = TS_STATUS_INFO_get0_text(status);
    if (texts != nullptr && sk_ASN1_UTF8STRING_num(texts) > 0) {
        const ASN1_UTF8STRING* const text = sk_ASN1_UTF8STRING_value(texts, 0);
        const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
        words += " \"" + printable(as_text(ByteView(ASN1_STRING_get0_data(text), size))) + '"';
    }
    return words;
}

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() && !text.empty() &&
                   text.front() != '-'
               ? std::optional(value)
               : std::nullopt;
}

/// `YYYYMMDDhhmmss[.f]Z` (RFC 3161 §2.4.2), thousandths kept.
std::optional<TimeMs> read_time(const ASN1_GENERALIZEDTIME* time) {
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(time));
    const std::string_view text = as_text(ByteView(ASN1_STRING_get0_data(time), size));
    if (size < 15 || size > 40 || text.back() != 'Z') {
        return std::nullopt;
    }
    std::string fraction = "000";
    if (size > 15) {
        const std::string_view rest = text.substr(15, size - 16);
        if (text[14] != '.' || !digits(rest)) {
            return std::nullopt;
        }
        rest.copy(fraction.data(), 3);
    }
    const auto part = [&](std::size_t at, std::size_t count) {
        return std::string(text.substr(at, count));
    };
    return parse_rfc3339(part(0, 4) + '-' + part(4, 2) + '-' + part(6, 2) + 'T' + part(8, 2) + ':' +
                         part(10, 2) + ':' + part(12, 2) + '.' + fraction + 'Z');
}

std::string dotted(const ASN1_OBJECT* object) {
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return text.data();
}

/// Imprint, nonce, policy, signature, chain and purpose, by OpenSSL.
bool fits(const Request& request, const Response& response, X509_STORE* roots) {
    const VerifyContext context(TS_REQ_to_TS_VERIFY_CTX(request.get(), nullptr));
    if (!context) {
        return false;
    }
    TS_VERIFY_CTX_add_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
    X509_STORE_up_ref(roots);
    TS_VERIFY_CTX_set_store(context.get(), roots);
    return TS_RESP_verify_response(context.get(), response.get()) == 1;
}

/// The one certificate that signed; OpenSSL verified that there is one.
openssl::Certificate signer_of(PKCS7* token) {
    STACK_OF(X509)* const signers = PKCS7_get0_signers(token, nullptr, 0);
    X509* const signer =
        signers != nullptr && sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : nullptr;
    if (signer != nullptr) {
        X509_up_ref(signer);
    }
    sk_X509_free(signers);
    return openssl::Certificate(signer);
}

Certificates certificates_of(PKCS7* token) {
    Certificates found;
    STACK_OF(X509)* const carried = token->d.sign->cert;
    for (int at = 0; at < sk_X509_num(carried); ++at) {
        X509_up_ref(sk_X509_value(carried, at));
        found.emplace_back(sk_X509_value(carried, at));
    }
    return found;
}

Bytes token_der(PKCS7* token) {
    Bytes der(static_cast<std::size_t>(i2d_PKCS7(token, nullptr)));
    unsigned char* at = der.data();
    i2d_PKCS7(token, &at);
    return der;
}

/// What a token says, by a certificate for time-stamps alone. Its signature is not looked at.
Result<TimestampProof> read_proof(PKCS7* token, TS_TST_INFO* info) {
    const openssl::Certificate signer = signer_of(token);
    if (!signer || !is_timestamp_certificate(signer.get())) {
        return refused("its certificate is not for time-stamps alone");
    }
    const auto time = read_time(TS_TST_INFO_get_time(info));
    if (!time) {
        return not_a_reply("its time cannot be read");
    }
    return TimestampProof{token_der(token), *time, dotted(TS_TST_INFO_get_policy_id(info)),
                          subject_text(signer.get(), "CN"), validity_of(signer.get()).not_after};
}

bool is_about(TS_TST_INFO* info, SignedRanges ranges) {
    TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(info);
    const auto kind = digest_kind(TS_MSG_IMPRINT_get_algo(imprint));
    const ASN1_OCTET_STRING* const hash = TS_MSG_IMPRINT_get_msg(imprint);
    const ByteView stated(ASN1_STRING_get0_data(hash),
                          static_cast<std::size_t>(ASN1_STRING_length(hash)));
    return kind && as_text(stated) == as_text(hash_ranges(*kind, ranges));
}

/// Nothing may follow it.
template <class Owner, class Read>
Owner read_whole(Read read, ByteView der) {
    const unsigned char* at = der.data();
    Owner object(read(nullptr, &at, static_cast<long>(der.size())));
    if (at != der.data() + der.size()) {
        object.reset();
    }
    return object;
}

} // namespace

Result<TimestampProof> check_timestamp_reply(ByteView reply, const TimestampDemand& demand,
                                             const TrustStore& roots) {
    if (reply.size() > timestamp_reply_bytes_max) {
        return not_a_reply("the answer is too large");
    }
    const auto request = read_whole<Request>(&d2i_TS_REQ, demand.request);
    const auto response = read_whole<Response>(&d2i_TS_RESP, reply);
    SONGDA_CHECK(request);
    if (!response) {
        return not_a_reply("the answer is no TimeStampResp");
    }
    const TS_STATUS_INFO* const status = TS_RESP_get_status_info(response.get());
    const long code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
    if (code != TS_STATUS_GRANTED && code != TS_STATUS_GRANTED_WITH_MODS) {
        return refused(status_words(status));
    }
    if (!fits(request, response, roots.store_at(demand.at).get())) {
        return refused(openssl_words());
    }
    auto proof =
        read_proof(TS_RESP_get_token(response.get()), TS_RESP_get_tst_info(response.get()));
    if (!proof.ok()) {
        return proof.error();
    }
    const std::int64_t off = proof.value().time - demand.at;
    if (std::abs(off) > demand.tolerance_ms) {
        return refused("its time " + to_rfc3339(proof.value().time) + " is " + std::to_string(off) +
                       " ms from ours");
    }
    ERR_clear_error();
    return proof;
}

TokenVerdict check_timestamp_token(ByteView der, const TokenDemand& demand,
                                   const TrustStore& roots) {
    TokenVerdict verdict;
    verdict.trusted = Error{Fault::corrupt, "no token about these bytes"};
    const auto token = read_whole<Token>(&d2i_PKCS7, der);
    const Info info(token ? PKCS7_to_TS_TST_INFO(token.get()) : nullptr);
    if (!info || !is_about(info.get(), demand.about)) {
        ERR_clear_error();
        return verdict;
    }
    auto claimed = read_proof(token.get(), info.get());
    if (!claimed.ok()) {
        verdict.trusted = claimed.error();
        return verdict;
    }
    verdict.fits = true;
    verdict.claimed = std::move(claimed).value();
    verdict.signer = signer_of(token.get());
    verdict.others = certificates_of(token.get());
    const VerifyContext context(TS_VERIFY_CTX_new());
    TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(context.get(), roots.store_at(demand.at).release());
    verdict.trusted = TS_RESP_verify_token(context.get(), token.get()) == 1
                          ? Result<void>()
                          : refused(openssl_words());
    ERR_clear_error();
    return verdict;
}

} // namespace songda::verifier

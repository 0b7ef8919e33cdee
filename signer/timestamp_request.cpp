#include "signer/timestamp_request.hpp"

#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

using namespace der;

/// A nonce of 64 bytes is eight times what anybody sends.
constexpr std::size_t nonce_bytes_max = 64;

struct HashKind {
    Bytes oid; ///< whole
    std::size_t digest_bytes;
};

const std::array<HashKind, 4>& known_hashes() {
    static const std::array<HashKind, 4> made = {{
        {*from_hex("0609608648016503040201"), 32}, // SHA-256
        {*from_hex("0609608648016503040202"), 48}, // SHA-384
        {*from_hex("0609608648016503040203"), 64}, // SHA-512
        {*from_hex("06082a811ccf55018311"), 32},   // SM3, GM/T 0006: 1.2.156.10197.1.401
    }};
    return made;
}

TimestampRefusal malformed() {
    return {PkiFailure::bad_data_format, "The request is not a DER TimeStampReq."};
}

/// Reads the members of a request one after the other; `refusal` is why it stopped.
class Reader {
public:
    explicit Reader(ByteView der) : rest_(der) {}

    bool read() {
        return read_head() && read_imprint() && read_policy() && read_nonce() &&
               read_certificates_wanted() && read_extensions();
    }
    [[nodiscard]] const TimestampRequest& request() const { return request_; }
    [[nodiscard]] const TimestampRefusal& refusal() const { return refusal_; }

private:
    bool refuse(const TimestampRefusal& why) {
        refusal_ = why;
        return false;
    }

    bool read_head() {
        if (rest_.size() > timestamp_request_bytes_max || !enter(rest_, tag_sequence)) {
            return refuse(malformed());
        }
        const auto version = take_value(rest_, tag_integer);
        if (!version || !is_integer(*version)) {
            return refuse(malformed());
        }
        return (version->size() == 1 && version->front() == 1) ||
               refuse({PkiFailure::bad_request, "Only version 1 is known."});
    }

    bool read_imprint() {
        ByteView after = rest_;
        const auto whole = take_whole(after, tag_sequence);
        auto content = take_value(rest_, tag_sequence);
        if (!whole || !content) {
            return refuse(malformed());
        }
        auto algorithm = take_value(*content, tag_sequence);
        const auto digest = take_value(*content, tag_octets);
        if (!algorithm || !digest || !content->empty()) {
            return refuse(malformed());
        }
        request_.imprint = *whole;
        request_.digest = *digest;
        return read_algorithm(*algorithm);
    }

    bool read_algorithm(ByteView algorithm) {
        const auto oid = take_whole(algorithm, tag_oid);
        if (!oid || !is_oid(oid->subspan(2))) {
            return refuse(malformed());
        }
        const auto& known = known_hashes();
        const auto hash = std::find_if(known.begin(), known.end(), [&](const HashKind& kind) {
            return std::equal(kind.oid.begin(), kind.oid.end(), oid->begin(), oid->end());
        });
        if (hash == known.end()) {
            return refuse({PkiFailure::bad_alg, "SHA-256, SHA-384, SHA-512 and SM3 are stamped."});
        }
        static constexpr std::array<std::uint8_t, 2> null = {tag_null, 0};
        if (!algorithm.empty() && (!take(algorithm, null) || !algorithm.empty())) {
            return refuse({PkiFailure::bad_alg, "The hash algorithm takes no parameters."});
        }
        return request_.digest.size() == hash->digest_bytes ||
               refuse({PkiFailure::bad_data_format, "The hash has another length."});
    }

    bool read_policy() {
        if (rest_.empty() || rest_.front() != tag_oid) {
            return true;
        }
        const auto policy = take_whole(rest_, tag_oid);
        ByteView inside = policy.value_or(ByteView());
        const auto content = take_value(inside, tag_oid);
        if (!content || !is_oid(*content)) {
            return refuse(malformed());
        }
        request_.policy = *policy;
        return true;
    }

    bool read_nonce() {
        if (rest_.empty() || rest_.front() != tag_integer) {
            return true;
        }
        const auto nonce = take_whole(rest_, tag_integer);
        ByteView inside = nonce.value_or(ByteView());
        const auto content = take_value(inside, tag_integer);
        if (!content || !is_integer(*content)) {
            return refuse(malformed());
        }
        if (content->size() > nonce_bytes_max) {
            return refuse({PkiFailure::bad_request, "The nonce is longer than 64 bytes."});
        }
        request_.nonce = *nonce;
        return true;
    }

    /// BOOLEAN DEFAULT FALSE: in DER it is there only to say TRUE.
    bool read_certificates_wanted() {
        if (rest_.empty() || rest_.front() != tag_boolean) {
            return true;
        }
        const auto wanted = take_value(rest_, tag_boolean);
        if (!wanted || wanted->size() != 1 || wanted->front() != 0xFF) {
            return refuse(malformed());
        }
        request_.certificates_wanted = true;
        return true;
    }

    bool read_extensions() {
        if (rest_.empty()) {
            return true;
        }
        if (!enter(rest_, tag_context_0)) {
            return refuse(malformed());
        }
        return refuse({PkiFailure::unaccepted_extension, "No extension is known."});
    }

    ByteView rest_;
    TimestampRequest request_;
    TimestampRefusal refusal_;
};

} // namespace

std::string_view failure_name(PkiFailure failure) {
    switch (failure) {
    case PkiFailure::bad_alg: return "badAlg";
    case PkiFailure::bad_request: return "badRequest";
    case PkiFailure::bad_data_format: return "badDataFormat";
    case PkiFailure::time_not_available: return "timeNotAvailable";
    case PkiFailure::unaccepted_policy: return "unacceptedPolicy";
    case PkiFailure::unaccepted_extension: return "unacceptedExtension";
    case PkiFailure::system_failure: return "systemFailure";
    }
    return "systemFailure";
}

std::variant<TimestampRequest, TimestampRefusal> parse_timestamp_request(ByteView der) {
    Reader reader(der);
    if (!reader.read()) {
        return reader.refusal();
    }
    return reader.request();
}

} // namespace songda::signer

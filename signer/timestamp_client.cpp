#include "signer/timestamp_client.hpp"

#include <algorithm>

#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "signer/timestamp_authority.hpp"
#include "signer/timestamp_token.hpp"

namespace songda::signer {
namespace {

using namespace der;

/// Doubled that often at most: by then every back-off has reached its end.
constexpr int doublings_max = 20;

} // namespace

Bytes write_timestamp_request(const Digest& digest, const std::array<std::uint8_t, 16>& nonce,
                              const std::string& policy) {
    static const Bytes version_1 = {tag_integer, 1, 1};
    static const Bytes sha256_algorithm = *from_hex("300d06096086480165030402010500");
    static const Bytes certificates_wanted = {tag_boolean, 1, 0xFF};
    const Bytes imprint = tlv(tag_sequence, join({sha256_algorithm, tlv(tag_octets, digest)}));
    return tlv(tag_sequence,
               join({version_1, imprint, policy.empty() ? Bytes() : policy_der(policy),
                     tlv(tag_integer, make_serial(nonce)), certificates_wanted}));
}

TimestampClient::TimestampClient(std::vector<TimestampServer*> servers, TimestampBackOff back_off,
                                 const Clock& clock, Random& random)
    : servers_(std::move(servers)), back_off_(back_off), clock_(clock), random_(random),
      rests_(servers_.size()) {}

TimestampOutcome TimestampClient::stamp(const Digest& digest) {
    TimestampOutcome outcome;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
        TimestampServer& server = *servers_[i];
        if (const auto rests = resting(i)) {
            outcome.missed.push_back({server.name(), *rests});
            continue;
        }
        auto made = ask(server, digest);
        note(i, made.ok());
        if (made.ok()) {
            outcome.timestamp = std::move(made).value();
            break;
        }
        outcome.missed.push_back({server.name(), made.error()});
    }
    return outcome;
}

Result<Timestamp> TimestampClient::ask(TimestampServer& server, const Digest& digest) {
    std::array<std::uint8_t, 16> nonce{};
    random_.fill(nonce);
    const Bytes request = write_timestamp_request(digest, nonce, server.policy());
    auto reply = server.ask(request);
    if (!reply.ok()) {
        return reply.error();
    }
    auto proof = server.check(request, reply.value());
    if (!proof.ok()) {
        return proof.error();
    }
    return Timestamp{std::move(proof).value(), server.name(), std::move(reply).value()};
}

std::optional<Error> TimestampClient::resting(std::size_t server) {
    const std::scoped_lock lock(mutex_);
    const Rest& rest = rests_[server];
    const std::int64_t since = clock_.now() - rest.asked_at;
    // A clock that was set back must not make a rest longer.
    if (rest.failures == 0 || since < 0 || since >= rest.wait_ms) {
        return std::nullopt;
    }
    return Error{Fault::unavailable,
                 "failed " + std::to_string(rest.failures) + " times; asked again in " +
                     std::to_string((rest.wait_ms - since + 999) / 1000) + " s"};
}

void TimestampClient::note(std::size_t server, bool good) {
    std::array<std::uint8_t, 2> chance{};
    random_.fill(chance);
    const std::scoped_lock lock(mutex_);
    Rest& rest = rests_[server];
    if (good) {
        rest = {};
        return;
    }
    const std::int64_t doubled = back_off_.first_ms << std::min(rest.failures, doublings_max);
    const std::int64_t whole = std::min(doubled, back_off_.most_ms);
    ++rest.failures;
    rest.asked_at = clock_.now();
    rest.wait_ms = whole - whole / 2 * (chance[0] * 256 + chance[1]) / 65536;
}

} // namespace songda::signer

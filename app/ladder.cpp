#include "app/ladder.hpp"

#include <algorithm>
#include <set>

#include "base/archive_revision.hpp"

namespace songda::app {
namespace {

/// Room for a token before one was seen; where it is too small, all the room that there may be.
/// Afterwards what was seen and some more, since a token's length varies by a few bytes.
constexpr std::size_t first_room = 4096;
constexpr std::size_t spare_room = 64;

Bytes behind(const Bytes& file, std::size_t size) {
    return {file.begin() + static_cast<std::ptrdiff_t>(size), file.end()};
}

} // namespace

Result<signer::Augmentation> Ladder::augment(ByteView file, std::size_t issued_bytes,
                                             SignatureLevel wanted) {
    auto before = find(file, issued_bytes);
    if (!before.ok()) {
        return before.error();
    }
    const SignatureLevel had = before.value().level();
    if (wanted == SignatureLevel::b_b) {
        return signer::Augmentation{{}, had, before.value().proven_until()};
    }
    Result<Bytes> grown = Bytes(file.begin(), file.end());
    if (had == SignatureLevel::b_b) {
        grown = first_stamp(before.value(), file, issued_bytes, wanted);
    }
    const bool renewed = had >= wanted;
    if (grown.ok() && (renewed || wanted > SignatureLevel::b_t)) {
        const Bytes below = std::move(grown).value();
        const auto rung =
            had == SignatureLevel::b_b ? find(below, issued_bytes) : std::move(before);
        grown = rung.ok() ? add(rung.value(), below, issued_bytes,
                                {.stamp = renewed || wanted == SignatureLevel::b_lta,
                                 .must_prove = wanted > SignatureLevel::b_t})
                          : rung.error();
    }
    if (!grown.ok()) {
        return grown.error();
    }
    const auto after = find(grown.value(), issued_bytes);
    if (!after.ok()) {
        return after.error();
    }
    if (after.value().level() < wanted) {
        return Error{Fault::internal, "the file came to " +
                                          std::string(level_name(after.value().level())) +
                                          ", not to " + std::string(level_name(wanted))};
    }
    return signer::Augmentation{behind(grown.value(), file.size()), after.value().level(),
                                after.value().proven_until()};
}

Result<verifier::Rung> Ladder::find(ByteView file, std::size_t issued_bytes) const {
    return verifier::Rung::find(file, issued_bytes, parts_.roots, parts_.clock.now());
}

/// No authority is asked for a seal that was revoked, or of which nobody tells.
Result<Bytes> Ladder::first_stamp(const verifier::Rung& rung, ByteView file,
                                  std::size_t issued_bytes, SignatureLevel wanted) {
    if (wanted > SignatureLevel::b_t) {
        const auto standing = rung.gather(parts_.sources);
        if (!standing.ok()) {
            return standing.error();
        }
    }
    return stamp(file, issued_bytes, {});
}

Result<Bytes> Ladder::add(const verifier::Rung& rung, ByteView file, std::size_t issued_bytes,
                          Addition wanted) {
    auto evidence = rung.gather(parts_.sources);
    if (!evidence.ok()) {
        const bool enough = !wanted.must_prove && evidence.error().fault == Fault::unavailable;
        return enough ? stamp(file, issued_bytes, {}) : evidence.error();
    }
    if (wanted.stamp) {
        return stamp(file, issued_bytes, std::move(evidence).value());
    }
    if (evidence.value().empty()) {
        return Bytes(file.begin(), file.end());
    }
    auto draft = add_archive_revision(file, issued_bytes, {std::move(evidence).value(), 0});
    return draft.ok() ? Result(std::move(draft.value().file)) : draft.error();
}

Result<Bytes> Ladder::stamp(ByteView file, std::size_t issued_bytes,
                            std::vector<Evidence> evidence) {
    const std::size_t largest = largest_token_;
    ArchiveAddition addition{std::move(evidence), largest == 0 ? first_room : largest + spare_room};
    addition.token_bytes = std::min(addition.token_bytes, archive_token_bytes_max);
    for (;; addition.token_bytes = archive_token_bytes_max) {
        auto draft = add_archive_revision(file, issued_bytes, addition);
        if (!draft.ok()) {
            return draft.error();
        }
        const auto outcome = parts_.timestamps.stamp(draft.value().digest());
        std::string why;
        for (const signer::TimestampMiss& miss : outcome.missed) {
            if (parts_.missed) {
                parts_.missed(miss);
            }
            why += (why.empty() ? "" : "; ") + miss.authority + ": " + miss.error.detail;
        }
        if (!outcome.timestamp) {
            return Error{Fault::unavailable, "no authority gave a time-stamp: " + why};
        }
        const Bytes& token = outcome.timestamp->proof.token;
        std::size_t seen = largest_token_;
        while (seen < token.size() && !largest_token_.compare_exchange_weak(seen, token.size())) {
        }
        const auto put = draft.value().put(token);
        if (put.ok()) {
            return std::move(draft.value().file);
        }
        if (addition.token_bytes == archive_token_bytes_max) {
            return put.error();
        }
    }
}

Result<std::unique_ptr<LadderHouse>>
LadderHouse::open(const Config& config, const Clock& clock, Random& random,
                  std::function<void(const signer::TimestampMiss&)> missed) {
    if (config.timestamp.clients.empty()) {
        return Error{Fault::not_found, "the configuration has no [[timestamp.client]]"};
    }
    std::vector<std::unique_ptr<signer::TimestampServer>> servers;
    for (const TimestampClientConfig& client : config.timestamp.clients) {
        auto server = open_timestamp_server(client, clock);
        if (!server.ok()) {
            return server.error();
        }
        servers.push_back(std::move(server).value());
    }
    return open(config, std::move(servers), clock, random, std::move(missed));
}

Result<std::unique_ptr<LadderHouse>>
LadderHouse::open(const Config& config,
                  std::vector<std::unique_ptr<signer::TimestampServer>> servers, const Clock& clock,
                  Random& random, std::function<void(const signer::TimestampMiss&)> missed) {
    std::unique_ptr<LadderHouse> house(new LadderHouse());
    std::set<std::string> trusted = {config.trust_folder};
    for (const TimestampClientConfig& client : config.timestamp.clients) {
        trusted.insert(client.trust_folder);
    }
    auto seals = verifier::TrustStore::load(config.trust_folder);
    auto timestamps =
        verifier::TrustStore::load(std::vector<std::string>(trusted.begin(), trusted.end()));
    if (!seals.ok() || !timestamps.ok()) {
        return seals.ok() ? timestamps.error() : seals.error();
    }
    house->seals_ = std::move(seals).value();
    house->timestamps_ = std::move(timestamps).value();
    house->servers_ = std::move(servers);
    if (!config.pki.publish_folder.empty()) {
        house->sources_.push_back(std::make_unique<FolderStatusSource>(config.pki.publish_folder));
    }
    house->sources_.push_back(std::make_unique<HttpStatusSource>(config.status, clock));
    std::vector<signer::TimestampServer*> asked;
    for (const auto& server : house->servers_) {
        asked.push_back(server.get());
    }
    house->client_ = std::make_unique<signer::TimestampClient>(
        std::move(asked), signer::TimestampBackOff{}, clock, random);
    std::vector<verifier::StatusSource*> sources;
    for (const auto& source : house->sources_) {
        sources.push_back(source.get());
    }
    house->ladder_ = std::make_unique<Ladder>(Ladder::Parts{
        house->roots(), *house->client_, std::move(sources), clock, std::move(missed)});
    return house;
}

} // namespace songda::app

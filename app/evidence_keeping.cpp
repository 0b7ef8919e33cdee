#include "app/evidence_keeping.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/sha256.hpp"
#include "ledger/evidence_batch.hpp"
#include "ledger/tree.hpp"

namespace songda::app {

using std::chrono::milliseconds;

EvidenceKeeping::EvidenceKeeping(const Parts& parts, const Options& options)
    : parts_(parts), options_(options),
      sealed_(parts.metrics.counter("songda_evidence_records_sealed_total",
                                    "Records of evidence of delivery that were sealed.")),
      batches_(parts.metrics.counter("songda_evidence_batches_total",
                                     "Batches of records that were sealed.")),
      unsealed_(parts.metrics.gauge("songda_evidence_records_unsealed",
                                    "Records of evidence that are in no batch yet.")),
      without_token_(parts.metrics.gauge("songda_evidence_batches_without_token",
                                         "Sealed batches that wait for their time-stamp.")),
      token_wait_(parts.metrics.gauge("songda_evidence_token_wait_seconds",
                                      "How long the oldest of them has waited.")) {}

void EvidenceKeeping::start() {
    thread_.start([this] { return step(); });
}

void EvidenceKeeping::close() {
    thread_.stop();
    while (parts_.store.writable()) {
        const auto counts = parts_.store.count_evidence();
        if (counts.ok() && counts.value().records == counts.value().sealed) {
            return;
        }
        const auto sealed = counts.ok() ? seal_next() : counts.error();
        if (!sealed.ok()) {
            static_cast<void>(rest(sealed.error()));
            return;
        }
    }
}

milliseconds EvidenceKeeping::step() {
    if (!parts_.store.writable()) {
        return options_.poll;
    }
    const auto counts = parts_.store.count_evidence();
    const auto sealed = counts.ok() ? seal_due(counts.value()) : counts.error();
    const auto fetched = fetch_tokens();
    tell_counts();
    if (!sealed.ok() || !fetched.ok()) {
        return rest(sealed.ok() ? fetched.error() : sealed.error());
    }
    if (pause_ != milliseconds(0)) {
        log::info("evidence_goes_on", {});
        pause_ = milliseconds(0);
    }
    return sealed.value() ? milliseconds(0) : options_.poll;
}

/// Whether a full batch was sealed: then there may be more.
Result<bool> EvidenceKeeping::seal_due(const store::EvidenceCounts& counts) {
    const std::uint64_t waiting = counts.records - counts.sealed;
    const TimeMs now = parts_.clock.now();
    since_ = waiting == 0 ? std::nullopt : std::optional(since_.value_or(now));
    if (waiting == 0 || (waiting < options_.records_max && now - *since_ < options_.seal_ms)) {
        return false;
    }
    const auto sealed = seal_next();
    return sealed.ok() ? Result<bool>(sealed.value() >= options_.records_max) : sealed.error();
}

/// How many records the next batch has.
Result<std::size_t> EvidenceKeeping::seal_next() {
    const TimeMs now = parts_.clock.now();
    const auto before = parts_.store.last_evidence_batch();
    if (!before.ok()) {
        return before.error();
    }
    const std::uint64_t begin = before.value() ? before.value()->last : 0;
    std::vector<Digest> leaves;
    for (bool more = true; more && leaves.size() < options_.records_max;) {
        const auto some =
            parts_.store.list_evidence(begin + leaves.size(), options_.records_max - leaves.size());
        if (!some.ok()) {
            return some.error();
        }
        more = !some.value().empty();
        for (const store::EvidenceRow& record : some.value()) {
            leaves.push_back(ledger::leaf_hash(store::hash_of(record)));
        }
    }
    store::EvidenceBatchRow batch;
    batch.number = before.value() ? before.value()->number + 1 : 1;
    batch.first = begin + 1;
    batch.last = begin + leaves.size();
    batch.at = now;
    const Digest previous = before.value() ? sha256(as_bytes(before.value()->statement)) : Digest{};
    batch.statement = ledger::write_statement(
        {batch.number, batch.first, leaves.size(), ledger::tree_hash(leaves), previous, now});
    auto seal = parts_.seal.seal(batch.statement);
    if (!seal.ok()) {
        return seal.error();
    }
    batch.seal = std::move(seal).value();
    const auto put = parts_.store.put_evidence_batch(batch);
    if (!put.ok()) {
        return put.error();
    }
    since_.reset();
    sealed_.add(static_cast<double>(leaves.size()));
    batches_.add();
    return leaves.size();
}

/// In their order, until nobody gives one.
Result<void> EvidenceKeeping::fetch_tokens() {
    if (parts_.timestamps == nullptr) {
        return {};
    }
    const auto waiting = parts_.store.batches_without_token(options_.tokens_per_step);
    if (!waiting.ok()) {
        return waiting.error();
    }
    for (const store::EvidenceBatchRow& batch : waiting.value()) {
        const auto outcome = parts_.timestamps->stamp(sha256(batch.seal));
        if (!outcome.timestamp) {
            tell_tokens(outcome.missed.empty() ? signer::TimestampMiss{"", {}}
                                               : outcome.missed.back());
            return {};
        }
        auto put = parts_.store.put_evidence_token(batch.last, outcome.timestamp->proof.token);
        if (!put.ok()) {
            return put;
        }
        tell_tokens(std::nullopt);
    }
    return {};
}

/// An outage is told once, and its end.
void EvidenceKeeping::tell_tokens(const std::optional<signer::TimestampMiss>& miss) {
    if (miss && !token_away_) {
        log::warning("evidence_token_waits",
                     {{"authority", miss->authority}, {"why", miss->error.detail}});
    } else if (!miss && token_away_) {
        log::info("evidence_token_back", {});
    }
    token_away_ = miss.has_value();
}

void EvidenceKeeping::tell_counts() {
    const auto counts = parts_.store.count_evidence();
    if (!counts.ok()) {
        return; // told by who reads or writes
    }
    unsealed_.set(static_cast<double>(counts.value().records - counts.value().sealed));
    without_token_.set(static_cast<double>(counts.value().without_token));
    const std::int64_t waited =
        counts.value().oldest_without ? parts_.clock.now() - *counts.value().oldest_without : 0;
    token_wait_.set(static_cast<double>(waited) / 1000);
    const bool late = parts_.timestamps != nullptr && waited > options_.late_ms;
    if (late && !token_late_) {
        log::error("evidence_token_late",
                   {{"batches", std::to_string(counts.value().without_token)},
                    {"since", to_rfc3339(*counts.value().oldest_without)}});
    }
    token_late_ = late;
}

/// Told once.
milliseconds EvidenceKeeping::rest(const Error& why) {
    if (pause_ == milliseconds(0)) {
        log::error("evidence_not_sealed", {{"fault", fault_name(why.fault)}, {"why", why.detail}});
    }
    pause_ = std::clamp(pause_ * 2, options_.poll, options_.pause_most);
    return pause_;
}

} // namespace songda::app

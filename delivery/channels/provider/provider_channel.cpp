#include "delivery/channels/provider/provider_channel.hpp"

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/guarded_http.hpp"
#include "delivery/channels/provider/answer.hpp"
#include "delivery/channels/provider/limits.hpp"
#include "delivery/channels/provider/lookup.hpp"
#include "delivery/channels/provider/token_keeper.hpp"

namespace songda::delivery::provider {

struct ProviderChannel::Inside {
    Inside(ProviderOptions given, ProviderParts with, GuardedHttp way)
        : options(std::move(given)), parts(std::move(with)), http(std::move(way)),
          bucket(options.spec.limits.per_second), today(options.spec.limits.per_recipient_day),
          tokens([this](TimeMs now) { return ask_token(now); }) {}

    std::variant<Token, Outcome> ask_token(TimeMs now);
    [[nodiscard]] std::string nonce() const;
    [[nodiscard]] std::optional<Outcome> refuse(const Dispatch& dispatch,
                                                const MessageFacts& facts) const;
    [[nodiscard]] std::optional<Outcome> too_long(const Message& message,
                                                  const MessageFacts& facts) const;
    [[nodiscard]] Answer ask(const Message& message, const MessageFacts& facts);
    [[nodiscard]] Answer ask_once(const Message& message, const MessageFacts& facts,
                                  const std::string& token);
    [[nodiscard]] Found find(const LookupFacts& facts, SentBetween sent);
    [[nodiscard]] Found find_once(const LookupFacts& facts, bool complete);
    /// Waits for a place in the provider's line.
    [[nodiscard]] TimeMs take_turn();
    void note_unknown_code(const std::string& trace) const;
    void write_down(const LegId& leg, const Answer& answer, const std::string& recipient) const;

    const ProviderOptions options;
    const ProviderParts parts;
    GuardedHttp http;
    RateBucket bucket;
    DayCounts today;
    TokenKeeper tokens;
};

namespace {

using Kind = Outcome::Kind;

constexpr std::int64_t connect_ms_max = 5000;
constexpr std::size_t answer_bytes_max = 64U << 10U;
constexpr std::int64_t day_ms = 86'400'000;

Outcome not_now(Reason reason, std::int64_t wait_ms) {
    return {Kind::not_now, reason, {}, wait_ms};
}

Outcome refused(Reason reason, std::string trace) {
    return {Kind::permanent, reason, std::move(trace), 0};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Only what was, or may have been, taken counts.
bool has_left(const Outcome& outcome) {
    return outcome.kind == Kind::accepted || outcome.kind == Kind::ambiguous;
}

std::string missing_secret(const Spec& spec, const Secrets& secrets) {
    for (const std::string& name : spec.secrets) {
        if (!secrets.contains(name)) {
            return name;
        }
    }
    return {};
}

} // namespace

bool is_address(std::string_view channel, std::string_view address) {
    if (channel == "wechat") {
        return !address.empty() && address.size() <= 64 &&
               std::all_of(address.begin(), address.end(), [](char c) {
                   return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          c == '_' || c == '-';
               });
    }
    const std::string_view digits = address.substr(address.starts_with('+') ? 1 : 0);
    return digits.size() >= 5 && digits.size() <= 20 &&
           std::all_of(digits.begin(), digits.end(), is_digit);
}

MessageFacts facts_of(const Dispatch& dispatch) {
    const store::DocumentRow& document = dispatch.document;
    MessageFacts facts;
    facts.to = dispatch.leg.address;
    facts.leg = to_text(dispatch.leg.id);
    facts.title = document.title;
    facts.number = document.number;
    facts.department = document.department_name;
    const bool issued = dispatch.notice != nullptr && dispatch.notice->sequence == 1;
    facts.occasion = issued ? Occasion::issued : Occasion::status;
    if (dispatch.notice != nullptr) {
        facts.status = store::status_name_zh(dispatch.notice->change.status);
        facts.link = Private<std::string>(issued && !dispatch.collection.link.empty()
                                              ? dispatch.collection.link
                                              : dispatch.notice->verify);
    }
    return facts;
}

ProviderChannel::ProviderChannel(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
ProviderChannel::~ProviderChannel() = default;

Result<std::unique_ptr<ProviderChannel>> ProviderChannel::make(ProviderOptions options,
                                                               ProviderParts parts) {
    const std::string missing = missing_secret(options.spec, options.secrets);
    if (!missing.empty()) {
        return Error{Fault::invalid_input, "provider " + options.name +
                                               ": its file asks for the secret \"" + missing +
                                               "\"; name a file with it in secret_files"};
    }
    const Spec& spec = options.spec;
    auto http = GuardedHttp::make({.url = spec.base_url,
                                   .ca_file = options.ca_file,
                                   .allow_private_addresses = options.allow_private_addresses,
                                   .connect_ms = std::min(spec.timeout_ms, connect_ms_max),
                                   .attempt_ms = spec.timeout_ms,
                                   .answer_bytes_max = answer_bytes_max,
                                   .fresh_connection = !spec.idempotent});
    if (!http.ok()) {
        return Error{http.error().fault, "provider " + options.name + ": base_url: " +
                                             "https only, unless allow_private_addresses"};
    }
    auto inside =
        std::make_unique<Inside>(std::move(options), std::move(parts), std::move(http).value());
    if (inside->parts.book) {
        for (const auto& [recipient, at] : inside->parts.book->sent_before()) {
            inside->today.remember(recipient, at);
        }
    }
    return std::unique_ptr<ProviderChannel>(new ProviderChannel(std::move(inside)));
}

ChannelTraits ProviderChannel::traits() const {
    const Spec& spec = inside_->options.spec;
    // At most: token, message, token, message; and every other thread's place in the line before.
    const std::int64_t line =
        spec.limits.per_second == 0 ? 0 : 2000 * inside_->options.threads / spec.limits.per_second;
    return {spec.idempotent, false, 4 * spec.timeout_ms + line, spec.lookup.has_value()};
}

Outcome ProviderChannel::send(const Dispatch& dispatch) {
    Inside& inside = *inside_;
    const MessageFacts facts = facts_of(dispatch);
    if (auto refusal = inside.refuse(dispatch, facts)) {
        return *std::move(refusal);
    }
    const TimeMs now = dispatch.now;
    const std::string recipient =
        inside.parts.book ? inside.parts.book->recipient_hash(facts.to.reveal()) : std::string();
    if (!inside.today.take(recipient, now)) {
        return not_now(Reason::quota, china_midnight(china_date(now)) + day_ms - now);
    }
    const Answer answer = inside.ask(inside.options.spec.messages.at(facts.occasion), facts);
    if (has_left(answer.outcome)) {
        inside.write_down(dispatch.leg.id, answer, recipient);
    } else {
        inside.today.give_back(recipient, now);
    }
    return answer.outcome;
}

Outcome ProviderChannel::try_out(const MessageFacts& facts) {
    return inside_->ask(inside_->options.spec.messages.at(facts.occasion), facts).outcome;
}

Found ProviderChannel::find(const store::LegRow& leg, SentBetween sent) {
    const Inside& inside = *inside_;
    if (!inside.options.spec.lookup) {
        return {};
    }
    const std::string ref = inside.parts.book ? inside.parts.book->ref_of(leg.id) : std::string();
    return inside_->find({leg.address, to_text(leg.id), ref, {}}, sent);
}

Found ProviderChannel::look_up(const MessageFacts& facts) {
    const TimeMs now = inside_->parts.clock.now();
    return inside_->find({facts.to, facts.leg, {}, {}}, {now, now});
}

std::optional<Outcome> ProviderChannel::Inside::refuse(const Dispatch& dispatch,
                                                       const MessageFacts& facts) const {
    const Spec& spec = options.spec;
    if (dispatch.notice == nullptr) {
        return refused(Reason::policy_rejected, "this channel tells and does not serve");
    }
    const auto message = spec.messages.find(facts.occasion);
    if (message == spec.messages.end()) {
        return refused(Reason::template_invalid, "the provider's file has no message for it");
    }
    if (!is_address(spec.channel, facts.to.reveal())) {
        return refused(Reason::address_invalid, "");
    }
    if (auto refusal = too_long(message->second, facts)) {
        return refusal;
    }
    const auto quiet = spec.limits.quiet.find(dispatch.leg.purpose);
    if (quiet != spec.limits.quiet.end()) {
        if (const auto until = quiet_until(quiet->second, dispatch.now)) {
            return not_now(Reason::quiet_hours, *until - dispatch.now);
        }
    }
    return std::nullopt;
}

std::optional<Outcome> ProviderChannel::Inside::too_long(const Message& message,
                                                         const MessageFacts& facts) const {
    const Limits& limits = options.spec.limits;
    const SmsLength length = sms_length(message_text(message, facts));
    const bool long_sms =
        options.spec.channel == "sms" && length.parts > static_cast<std::size_t>(limits.parts_max);
    const bool long_text =
        limits.characters > 0 && length.units > static_cast<std::size_t>(limits.characters);
    return long_sms || long_text
               ? std::optional(refused(Reason::content_too_large,
                                       std::to_string(length.units) + " characters, " +
                                           std::to_string(length.parts) + " parts"))
               : std::nullopt;
}

Answer ProviderChannel::Inside::ask(const Message& message, const MessageFacts& facts) {
    if (!has_token(options.spec.auth)) {
        return ask_once(message, facts, {});
    }
    Answer answer;
    for (int i = 0; i < 2; ++i) { // a token may have been made void by somebody else: once more
        const auto token = tokens.get(parts.clock.now());
        if (const auto* const failure = std::get_if<Outcome>(&token)) {
            return {*failure, {}};
        }
        answer = ask_once(message, facts, std::get<std::string>(token));
        if (!answer.token_refused) {
            break;
        }
        tokens.refused(std::get<std::string>(token));
    }
    return answer;
}

Answer ProviderChannel::Inside::ask_once(const Message& message, const MessageFacts& facts,
                                         const std::string& token) {
    const Spec& spec = options.spec;
    const TimeMs now = take_turn();
    const HttpReply reply =
        http.call(build_submit(spec, message, facts, {now, nonce(), options.secrets, token}), now);
    Answer answer = read_answer(spec, reply, facts.to.reveal());
    if (answer.unknown_code) {
        note_unknown_code(answer.outcome.trace);
    }
    return answer;
}

TimeMs ProviderChannel::Inside::take_turn() {
    if (const std::int64_t wait = bucket.take(parts.clock.now()); wait > 0) {
        parts.pause(std::chrono::milliseconds(wait));
    }
    return parts.clock.now();
}

void ProviderChannel::Inside::note_unknown_code(const std::string& trace) const {
    log::warning("provider_unknown_code", {{"provider", options.name}, {"answer", trace}});
    parts.metrics
        .counter("songda_provider_unknown_codes_total",
                 "Answers with a code that the provider's file does not know.",
                 {{"provider", options.name}})
        .add();
}

Found ProviderChannel::Inside::find_once(const LookupFacts& facts, bool complete) {
    std::string token;
    if (has_token(options.spec.auth)) {
        auto got = tokens.get(parts.clock.now());
        if (const auto* const failure = std::get_if<Outcome>(&got)) {
            return {.trace = failure->trace};
        }
        token = std::get<std::string>(std::move(got));
    }
    const TimeMs now = take_turn();
    const HttpReply reply =
        http.call(build_lookup(options.spec, facts, {now, nonce(), options.secrets, token}), now);
    LookupAnswer answer =
        read_lookup(options.spec, reply, {facts.leg, facts.ref, facts.to.reveal(), complete});
    if (answer.unknown_code) {
        note_unknown_code(answer.found.trace);
    }
    return std::move(answer.found);
}

/// It may have been sent on either side of midnight. What lasted longer than two days is looked for
/// on its ends alone, and found absent nowhere.
Found ProviderChannel::Inside::find(const LookupFacts& facts, SentBetween sent) {
    const Lookup& lookup = *options.spec.lookup;
    if (lookup.by_ref && facts.ref.empty()) {
        return {.trace = "the provider's id is not known"};
    }
    const Date first = china_date(sent.since);
    const Date last = china_date(sent.until);
    const bool known_days =
        !lookup.by_day || first == last || china_date(china_midnight(first) + day_ms) == last;
    const bool complete = known_days && lookup.absent_after_ms &&
                          *lookup.absent_after_ms <= parts.clock.now() - sent.until;
    LookupFacts asked = facts;
    asked.day = last;
    Found found = find_once(asked, complete);
    const bool elsewhere = found.kind == Found::Kind::absent || found.kind == Found::Kind::unsure;
    if (!lookup.by_day || first == last || !elsewhere) {
        return found;
    }
    asked.day = first;
    Found before = find_once(asked, complete);
    // Both days must be without it; an answer that cannot be relied on leaves it open.
    return before.kind == Found::Kind::absent ? found : before;
}

void ProviderChannel::Inside::write_down(const LegId& leg, const Answer& answer,
                                         const std::string& recipient) const {
    if (!parts.book) {
        return;
    }
    const auto written = parts.book->sent(leg, answer.ref, recipient);
    if (!written.ok()) {
        log::error(
            "provider_sent_not_written",
            {{"provider", options.name}, {"leg", to_text(leg)}, {"why", written.error().detail}});
    }
}

std::variant<Token, Outcome> ProviderChannel::Inside::ask_token(TimeMs now) {
    const HttpReply reply = http.call(build_token_call(options.spec, options.secrets), now);
    if (auto token = read_token(reply)) {
        return *std::move(token);
    }
    return token_failure(reply);
}

std::string ProviderChannel::Inside::nonce() const {
    Bytes bytes(16);
    parts.random.fill(bytes);
    return to_hex(bytes);
}

} // namespace songda::delivery::provider

#include "delivery/channels/fax_channel.hpp"

#include <algorithm>
#include <charconv>

#include "base/own_pdf.hpp"

namespace songda::delivery {
namespace {

using Kind = Outcome::Kind;
using Called = printing::FaxOutcome::Kind;

constexpr std::size_t digits_min = 5;
constexpr std::size_t digits_max = 20;
/// The page tree's object in what the renderer writes (docs/formats/pdf.md).
constexpr std::size_t page_tree = 2;
/// Soon after the service is back.
constexpr std::int64_t not_begun_ms = 1000;
constexpr std::size_t trace_max = 500;

std::string reason_of(const printing::FaxOutcome& called) {
    return called.reason.empty() ? std::string() : ' ' + called.reason;
}

/// Facts for the evidence; the number stands in the record as its keyed hash.
std::string trace_of(const printing::FaxOutcome& called, std::uint32_t pages, TimeMs from,
                     TimeMs to) {
    std::string trace = "fax job " + std::to_string(called.job) + " pages " +
                        std::to_string(called.pages) + '/' + std::to_string(pages) + ' ' +
                        to_rfc3339(from) + '/' + to_rfc3339(to);
    trace += reason_of(called);
    trace += called.found_again ? " found-again" : "";
    return trace.substr(0, trace_max);
}

/// What a call means for its leg. Busy is no failure of the other side, and no reason to stop.
Outcome outcome_of(Called called) {
    switch (called) {
    case Called::confirmed: return {Kind::reached, Reason::none, {}, 0};
    case Called::short_of: return {Kind::temporary, Reason::pages_missing, {}, 0};
    case Called::busy: return {Kind::temporary, Reason::line_busy, {}, 0};
    case Called::no_answer: return {Kind::temporary, Reason::not_answered, {}, 0};
    case Called::no_fax: return {Kind::temporary, Reason::no_fax, {}, 0};
    case Called::broken: return {Kind::temporary, Reason::line_failed, {}, 0};
    case Called::refused: return {Kind::permanent, Reason::policy_rejected, {}, 0};
    case Called::forbidden: return {Kind::configuration, Reason::config_auth, {}, 0};
    case Called::away: return {Kind::temporary, Reason::provider_down, {}, 0};
    case Called::unconfirmed:
    case Called::unknown:
    case Called::left_alone: return {Kind::ambiguous, Reason::outcome_unknown, {}, 0};
    case Called::not_begun: return {Kind::not_now, Reason::service_stopped, {}, not_begun_ms};
    }
    return {};
}

} // namespace

std::string tel_uri(std::string_view number, std::string_view phone_context) {
    const bool global = number.starts_with('+');
    const std::string_view digits = number.substr(global ? 1 : 0);
    const bool fits =
        digits.size() >= digits_min && digits.size() <= digits_max &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!fits) {
        return {};
    }
    return "tel:" + std::string(number) +
           (global ? std::string() : ";phone-context=" + std::string(phone_context));
}

std::uint32_t pages_of(ByteView issued) {
    constexpr std::string_view mark = "]/Count ";
    const auto pdf = OwnPdf::read(as_text(issued));
    const std::string_view tree = pdf.ok() ? pdf.value().body(page_tree) : std::string_view();
    const std::size_t at = tree.find(mark);
    std::uint32_t pages = 0;
    if (tree.starts_with("<</Type/Pages/Kids[") && at != std::string_view::npos) {
        const std::string_view text = tree.substr(at + mark.size());
        std::from_chars(text.data(), text.data() + text.size(), pages);
    }
    return pages;
}

Result<std::unique_ptr<FaxChannel>> FaxChannel::make(FaxOptions options, const Clock& clock) {
    if (tel_uri("10000", options.phone_context).empty() ||
        !options.phone_context.starts_with('+')) {
        return Error{Fault::invalid_input,
                     "phone_context: is a country's or area's code, like +86"};
    }
    auto line = printing::FaxLine::make(options.line);
    if (!line.ok()) {
        return line.error();
    }
    return std::unique_ptr<FaxChannel>(
        new FaxChannel(std::move(options), std::move(line).value(), clock));
}

ChannelTraits FaxChannel::traits() const {
    const auto longest = options_.line.call + options_.line.cancel + 6 * options_.line.answer;
    return {true, true, longest.count(), true};
}

Outcome FaxChannel::send(const Dispatch& dispatch) {
    if (dispatch.notice != nullptr) {
        return {Kind::permanent, Reason::policy_rejected, "fax carries documents alone", 0};
    }
    const std::string to = tel_uri(dispatch.leg.address.reveal(), options_.phone_context);
    if (to.empty()) {
        return {Kind::permanent, Reason::address_invalid, "no telephone number", 0};
    }
    const auto issued = std::min<std::uint64_t>(dispatch.document.file.size, dispatch.file.size());
    const std::uint32_t pages = pages_of(dispatch.file.first(issued));
    if (pages == 0) {
        return {Kind::permanent, Reason::storage, "the document's pages cannot be counted", 0};
    }
    // Nothing is left to explain: it was never tried, or whoever looked found it absent.
    const bool anew = dispatch.leg.reason.empty();
    const printing::FaxOutcome called =
        line_.send({to_text(dispatch.leg.id), dispatch.file, to, pages, anew}, leaving_);
    Outcome outcome = outcome_of(called.kind);
    outcome.trace = trace_of(called, pages, dispatch.now, clock_.now());
    if (called.found_again) { // of a call of now our own clock is nearer than the device's
        outcome.happened = called.completed;
    }
    return outcome;
}

Found FaxChannel::find(const store::LegRow& leg, SentBetween /*sent*/) {
    // Of a leg that is UNKNOWN the device had a job: one that it knows no more proves nothing.
    const printing::FaxOutcome called = line_.find(to_text(leg.id));
    Found found{.trace = "fax job " + std::to_string(called.job) + " pages " +
                         std::to_string(called.pages) + reason_of(called)};
    switch (outcome_of(called.kind).kind) {
    case Kind::reached:
        found.kind = Found::Kind::reached;
        found.happened = called.completed;
        return found;
    case Kind::temporary: found.kind = Found::Kind::absent; return found;
    default: return found;
    }
}

} // namespace songda::delivery

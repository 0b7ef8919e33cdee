#include "app/returned_mail.hpp"

#include <algorithm>

#include "base/child_program.hpp"
#include "base/log.hpp"
#include "base/reader_cage.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/returned/meaning.hpp"
#include "delivery/courier.hpp"
#include "delivery/leg_watch.hpp"

namespace songda::app {
namespace {

using std::chrono::milliseconds;

/// Of its hash, in events and the log.
constexpr std::size_t source_digits = 16;
constexpr int tries_max = 3;

/// Nothing for what is no SHA-256 in hexadecimal digits.
std::optional<Digest> digest_of(std::string_view hash) {
    const auto bytes = from_hex(hash);
    Digest digest{};
    if (!bytes || bytes->size() != digest.size()) {
        return std::nullopt;
    }
    std::copy(bytes->begin(), bytes->end(), digest.begin());
    return digest;
}

/// A mail that ends the reader, by its limits or otherwise, is one that it cannot read.
Result<std::optional<delivery::ReturnedMail>> read_in_cage(const std::string& reader,
                                                           ByteView mail) {
    const auto answer = run_child({.words = {reader},
                                   .output_bytes_max = delivery::returned_answer_bytes_max,
                                   .limit = std::chrono::seconds(5),
                                   .processor_limit = std::chrono::seconds(2),
                                   .memory_bytes_max = std::size_t{256} << 20U},
                                  mail);
    using Read = std::optional<delivery::ReturnedMail>;
    if (answer.ok()) {
        auto parsed = delivery::parse_returned(answer.value());
        return parsed.ok() ? Read(std::move(parsed).value()) : Read();
    }
    const Error& failure = answer.error();
    const bool ended =
        failure.fault == Fault::unavailable ||
        (failure.fault == Fault::invalid_input && !failure.detail.ends_with(no_cage));
    return ended ? Result<Read>(Read()) : failure;
}

} // namespace

Result<std::unique_ptr<ReturnedMailKeeping>> ReturnedMailKeeping::open(const Parts& parts,
                                                                       Options options) {
    auto maildir = Maildir::open(options.folder);
    if (!maildir.ok()) {
        return maildir.error();
    }
    return std::unique_ptr<ReturnedMailKeeping>(
        new ReturnedMailKeeping(parts, std::move(options), std::move(maildir).value()));
}

ReturnedMailKeeping::ReturnedMailKeeping(const Parts& parts, Options options, Maildir maildir)
    : parts_(parts), options_(std::move(options)), maildir_(std::move(maildir)),
      waiting_(parts.metrics.gauge("songda_returned_mails_waiting",
                                   "Mails in the bounce mailbox that were not looked at yet.")),
      unmatched_(parts.metrics.gauge(
          "songda_returned_mails_unmatched",
          "Mails that belong to no leg or are not understood, until a person takes them out.")) {}

void ReturnedMailKeeping::start() {
    thread_.start([this] { return step(); });
}

milliseconds ReturnedMailKeeping::step() {
    auto waiting = maildir_.waiting(last_, options_.mails_per_step);
    Result<void> failed;
    if (!waiting.ok()) {
        failed = waiting.error();
    } else if (parts_.store.writable()) {
        waiting_.set(static_cast<double>(waiting.value().all));
        for (const std::string& name : waiting.value().names) {
            const auto verdict = look_at(name);
            using Place = Verdict::Place;
            last_ = name;
            if (!verdict.ok()) {
                failed = verdict.error();
                continue; // the next may be of another kind
            }
            const Place place = verdict.value().place;
            const auto moved = place == Place::kept ? maildir_.keep(name, verdict.value().hash)
                               : place == Place::set_aside ? maildir_.set_aside(name)
                                                           : Result<void>();
            failed = moved.ok() ? failed : moved;
            if (place != Place::waits && moved.ok()) {
                count(verdict.value().kind);
            }
        }
    }
    unmatched_.set(static_cast<double>(maildir_.unmatched()));
    const bool all = !waiting.ok() || waiting.value().names.size() < options_.mails_per_step;
    last_ = all ? std::string() : last_; // from the first again
    if (!failed.ok() && !resting_) {
        log::warning("returned_mails_wait",
                     {{"fault", fault_name(failed.error().fault)}, {"why", failed.error().detail}});
    }
    resting_ = !failed.ok();
    return resting_ ? options_.rest : all ? options_.poll : milliseconds(0);
}

ReturnedMailKeeping::Verdict ReturnedMailKeeping::set_aside(std::string_view kind,
                                                            std::string_view leg,
                                                            std::string_view source) {
    log::warning("returned_mail_unmatched", {{"kind", kind}, {"leg", leg}, {"mail", source}});
    return {Verdict::Place::set_aside, kind};
}

Result<ReturnedMailKeeping::Verdict> ReturnedMailKeeping::look_at(const std::string& name) const {
    const auto message = maildir_.read(name, delivery::returned_bytes_max);
    if (!message.ok()) {
        return message.error().fault == Fault::invalid_input
                   ? Result<Verdict>(set_aside("broken", "", ""))
                   : message.error();
    }
    auto verdict = judge(message.value());
    if (verdict.ok()) {
        verdict.value().hash = message.value().hash;
    }
    return verdict;
}

Result<ReturnedMailKeeping::Verdict>
ReturnedMailKeeping::judge(const Maildir::Message& message) const {
    using Place = Verdict::Place;
    const std::string source = message.hash.substr(0, source_digits);
    const auto read = read_in_cage(options_.reader, message.beginning);
    if (!read.ok()) {
        return read.error();
    }
    if (!read.value()) {
        return set_aside("broken", "", source);
    }
    const delivery::ReturnedMail& mail = *read.value();
    if (mail.kind == delivery::ReturnedMail::Kind::automatic_reply) {
        return Verdict{Place::kept, "automatic_reply"};
    }
    const auto path = delivery::find_return_path(mail, options_.secret.reveal(), options_.domain);
    if (path.kind != delivery::ReturnPath::Kind::ours) {
        // Its Message-ID proves nothing; it tells a person where to look.
        const auto hint = delivery::leg_of_message_id(mail.original_id);
        return set_aside(path.kind == delivery::ReturnPath::Kind::forged ? "forged" : "foreign",
                         hint ? to_text(*hint) : "", source);
    }
    const auto leg = parts_.store.find_leg(path.leg);
    if (!leg.ok()) {
        return leg.error();
    }
    if (!leg.value()) {
        return set_aside("foreign", to_text(path.leg), source);
    }
    auto report =
        *delivery::meaning_of(mail, {options_.believe_delivered, leg.value()->address.reveal()});
    report.source = source;
    report.whole = digest_of(message.hash);
    auto verdict = settle(path.leg, report);
    return verdict.ok() && report.kind == delivery::MailReport::Kind::unclear &&
                   verdict.value().place == Place::kept
               ? Result<Verdict>(set_aside("unclear", to_text(path.leg), source))
               : verdict;
}

/// Somebody else may move the leg in between: then it is looked at once more.
Result<ReturnedMailKeeping::Verdict>
ReturnedMailKeeping::settle(const LegId& id, const delivery::MailReport& report) const {
    using Place = Verdict::Place;
    for (int tries = 0; tries < tries_max; ++tries) {
        const auto leg = parts_.store.find_leg(id);
        const auto events = parts_.store.leg_events(id);
        if (!leg.ok() || !events.ok()) {
            return leg.ok() ? events.error() : leg.error();
        }
        const auto settled =
            delivery::settle_mail_report(*leg.value(), events.value(), report, parts_.clock.now());
        if (settled.kind == delivery::ReportSettlement::Kind::later) {
            return Verdict{Place::waits, {}};
        }
        if (!settled.update) {
            return Verdict{Place::kept, "repeated"};
        }
        const auto applied = parts_.store.append_leg_event(id, leg.value()->state, *settled.update);
        if (!applied.ok()) {
            return applied.error();
        }
        if (applied.value()) {
            tell(*leg.value(), *settled.update, report);
            return Verdict{Place::kept, delivery::report_name(report.kind)};
        }
    }
    return Verdict{Place::waits, {}};
}

void ReturnedMailKeeping::tell(const store::LegRow& leg, const store::LegUpdate& update,
                               const delivery::MailReport& report) const {
    using Kind = delivery::MailReport::Kind;
    const auto state = delivery::leg_state(update.state);
    const bool moved = update.state != leg.state;
    const bool alarm = report.kind == Kind::complaint || report.kind == Kind::unclear ||
                       (moved && state && delivery::watch_of(*state).alarms);
    const std::string_view name = state ? delivery::state_name(*state) : "";
    if (moved) {
        delivery::count_settled(parts_.metrics, leg, name);
    }
    log::write(
        alarm ? log::Level::warning : log::Level::info,
        moved ? "leg_settled" : delivery::report_event,
        {{"document", to_text(leg.document)},
         {"leg", to_text(leg.id)},
         {"channel", delivery::channel_name(static_cast<delivery::ChannelKind>(leg.channel))},
         {"purpose", delivery::purpose_name(leg.purpose)},
         {"report", delivery::report_name(report.kind)},
         {"state", name},
         {"reason", update.reason},
         {"mail", report.source}});
}

void ReturnedMailKeeping::count(std::string_view kind) const {
    parts_.metrics
        .counter("songda_returned_mails_total",
                 "Mails that came to the bounce domain, by what they were.",
                 {{"kind", std::string(kind)}})
        .add();
}

} // namespace songda::app

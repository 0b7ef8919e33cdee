// The engine means what the memory model means: the same random operations on both, every answer
// compared (reliability.md 6.3). Single-threaded: claims under concurrency are in race_test.cpp.
// SONGDA_SEED repeats one run; SONGDA_SEEDS sets how many are tried.
#include <array>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

constexpr int operations = 2000;
constexpr std::int64_t day_ms = 86'400'000;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

template <class T>
bool same_answer(const Result<T>& left, const Result<T>& right) {
    if (left.ok() != right.ok()) {
        return false;
    }
    return left.ok() ? left.value() == right.value() : left.error().fault == right.error().fault;
}

bool same_answer(const Result<void>& left, const Result<void>& right) {
    return left.ok() == right.ok() && (left.ok() || left.error().fault == right.error().fault);
}

/// Where the bytes lie is the engine's business.
Result<std::vector<DocumentRow>> placeless(Result<std::vector<DocumentRow>> rows) {
    if (rows.ok()) {
        for (DocumentRow& row : rows.value()) {
            row.file.segment = 0;
            row.file.offset = 0;
        }
    }
    return rows;
}

Result<std::vector<DocumentRow>> placeless(const Result<std::optional<DocumentRow>>& row) {
    if (!row.ok()) {
        return row.error();
    }
    std::vector<DocumentRow> rows;
    if (row.value()) {
        rows.push_back(*row.value());
    }
    return placeless(Result<std::vector<DocumentRow>>(rows));
}

/// What both engines are told to record: a text that says what they were shown.
std::string tell(const Testified& what) {
    std::ostringstream shown;
    shown << to_hex(what.previous) << ' ' << what.position << ' ' << to_text(what.document.id)
          << ' ' << to_hex(what.file_hash).substr(0, 8);
    if (what.inbox != nullptr) {
        shown << " inbox " << to_hex(what.inbox->view());
    }
    if (what.last_consent != nullptr) {
        shown << " consent " << what.last_consent->version;
    }
    if (what.event != nullptr) {
        shown << " event " << to_text(what.leg->id) << ' ' << int{what.leg->state} << ' '
              << what.event->kind << ' ' << what.event->learned.value;
    }
    if (what.service != nullptr) {
        shown << " service " << int{what.service->kind} << ' ' << what.service->detail;
    }
    if (what.consent != nullptr) {
        shown << " agreed " << what.consent->version;
    }
    if (what.opened != nullptr) {
        shown << " opened " << what.opened->opened->value;
    }
    return shown.str();
}

/// What is tracked moves a leg, or only tells; what a courier had is looked at when it is back.
std::optional<LegUpdate> settle(const TrackedLeg& leg) {
    if (leg.tracked.size() % 3 == 0 && leg.news) {
        return std::nullopt;
    }
    LegUpdate update;
    update.state = leg.tracked.back().state;
    update.due = leg.leg.due;
    update.reason = std::to_string(leg.before) + (leg.news ? " news" : " moved");
    update.events = {{"tracked", leg.tracked.back().occurred, leg.now, update.state,
                      std::to_string(leg.events.size()), leg.tracked.back().payload}};
    return update;
}

/// What both engines are told to do when a leg moved: an entry that says what they were shown, and
/// the document's first other leg moves too.
ServiceAftermath move_on(const MovedLeg& moved) {
    ServiceAftermath after;
    if (moved.leg.state % 3 == 0) {
        return after;
    }
    std::ostringstream shown;
    shown << moved.legs.size() << ' ' << moved.service.size() << ' ' << moved.consents.size() << ' '
          << static_cast<int>(moved.status) << ' ' << moved.events_of(moved.leg.id).size() << ' '
          << moved.update.events.size();
    ServiceEntry entry;
    entry.kind = static_cast<std::uint8_t>(1 + moved.leg.state % 8);
    entry.leg = moved.leg.id;
    entry.detail = shown.str();
    after.open = moved.leg.state % 2 == 0;
    after.entries.push_back(std::move(entry));
    for (const LegRow& other : moved.legs) {
        if (other.id != moved.leg.id) {
            LegUpdate update;
            update.state = static_cast<std::uint8_t>((other.state + 1) % 11);
            update.reason = "followed";
            after.changes.push_back({other.id, update});
            break;
        }
    }
    return after;
}

bool gives_up(std::uint8_t from, std::uint8_t to) {
    return to == 5 || (from == 3 && to == 6);
}

/// Drives both with one generator. Each verb answers whether the two agreed.
class Run {
public:
    Run(Store& model, Store& engine, std::uint64_t seed)
        : model_(model), engine_(engine), random_(seed) {
        for (std::size_t state = 0; state < on_claim_.size(); ++state) {
            on_claim_[state] = static_cast<std::uint8_t>((state + 7) % 11);
        }
        const Bytes prefix = samples::file_bytes(99, 700);
        prefix_ = model_.put_prefix(prefix).value();
        SONGDA_CHECK(engine_.put_prefix(prefix).value() == prefix_);
        prefix_bytes_ = prefix;
    }

    /// The verb's name when the two differed.
    std::optional<std::string> step() {
        now_ = now_ + static_cast<std::int64_t>(below(51));
        struct Verb {
            const char* name;
            std::uint64_t weight;
            bool (Run::*run)();
        };
        static constexpr std::array verbs = {Verb{"put_intents", 4, &Run::put_intents},
                                             Verb{"put_issues", 6, &Run::put_issues},
                                             Verb{"get", 4, &Run::get},
                                             Verb{"list", 2, &Run::list},
                                             Verb{"turn_over", 8, &Run::turn_over},
                                             Verb{"append_event", 2, &Run::event},
                                             Verb{"add_leg", 1, &Run::add_leg},
                                             Verb{"legs", 2, &Run::legs},
                                             Verb{"status", 2, &Run::status},
                                             Verb{"access", 3, &Run::access},
                                             Verb{"keys", 2, &Run::keys},
                                             Verb{"qr_keys", 2, &Run::qr_keys},
                                             Verb{"void", 1, &Run::void_intents},
                                             Verb{"audit", 1, &Run::audit},
                                             Verb{"prune", 2, &Run::prune},
                                             Verb{"expiry", 1, &Run::expiry},
                                             Verb{"augmenting", 3, &Run::augmenting},
                                             Verb{"levels", 2, &Run::levels},
                                             Verb{"numbers", 1, &Run::numbers},
                                             Verb{"cases", 2, &Run::cases},
                                             Verb{"drafts", 3, &Run::drafts},
                                             Verb{"paper", 2, &Run::paper},
                                             Verb{"editions", 3, &Run::editions},
                                             Verb{"service", 3, &Run::service},
                                             Verb{"consent", 2, &Run::consent},
                                             Verb{"push", 2, &Run::push},
                                             Verb{"ratings", 2, &Run::ratings},
                                             Verb{"tracked", 2, &Run::tracked},
                                             Verb{"evidence", 3, &Run::evidence}};
        std::uint64_t total = 0;
        for (const Verb& verb : verbs) {
            total += verb.weight;
        }
        std::uint64_t chosen = below(total);
        for (const Verb& verb : verbs) {
            if (chosen < verb.weight) {
                return (this->*verb.run)() ? std::nullopt : std::optional<std::string>(verb.name);
            }
            chosen -= verb.weight;
        }
        return "unreachable";
    }

    [[nodiscard]] std::size_t expired() const { return expired_; }
    [[nodiscard]] std::size_t revisions() const { return revisions_; }
    [[nodiscard]] std::size_t dead() const { return dead_; }

private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    DocumentId any_document() { return samples::numbered<DocumentId>(below(next_ + 3)); }
    LegId any_leg() {
        return samples::numbered<LegId>(below(4) == 0 ? next_notice_ - below(36'000)
                                                      : below(next_leg_ + 2));
    }
    InboxId any_inbox() { return samples::numbered<InboxId>(below(5)); }

    bool put_intents() {
        std::vector<Intent> intents;
        for (std::uint64_t count = 1 + below(4); count > 0; --count) {
            // Mostly new, sometimes known: equal, or with another digest.
            Intent intent = samples::intent(below(6) == 0 ? below(next_ + 1) : ++next_, 1);
            intent.digest[0] = below(20) == 0 ? 1 : intent.digest[0];
            intents.push_back(intent);
        }
        const auto left = model_.put_intents(intents);
        const auto right = engine_.put_intents(intents);
        bool same =
            left.ok() == right.ok() && (left.ok() || left.error().fault == right.error().fault);
        for (std::size_t at = 0; same && left.ok() && at < intents.size(); ++at) {
            same = left.value()[at].digest() == right.value()[at].digest() &&
                   left.value()[at].document() == right.value()[at].document();
        }
        const DepartmentCode own = samples::department(1);
        return same &&
               same_answer(model_.counter(own, "food/2026"), engine_.counter(own, "food/2026"));
    }

    IssueWrite random_issue(std::uint64_t number, const Bytes& rest) {
        IssueWrite write = samples::issue(number, rest, 1 + below(3));
        write.document.issued_at = now_;
        write.document.valid_until =
            below(4) == 0
                ? std::nullopt
                : std::optional(china_date(TimeMs{std::int64_t(today_ + below(8)) * day_ms}));
        write.document.serve_by =
            below(3) == 0
                ? std::nullopt
                : std::optional(china_date(TimeMs{std::int64_t(today_ + below(8)) * day_ms}));
        if (below(3) == 0) {
            write.consent = ConsentEntry{true, "form", "1", china_date(now_), now_, "decision"};
        }
        if (below(3) == 0) {
            write.document.level_wanted =
                static_cast<SignatureLevel>(below(40) == 0 ? 1 : 2 + below(3));
            write.document.level_by =
                below(2) == 0 ? std::nullopt : std::optional(now_ + std::int64_t(below(900)));
        }
        // Few keys and cases, so that they collide.
        write.idempotency_key = below(10) == 0 ? "" : "key-" + std::to_string(below(300));
        write.fingerprint[0] = static_cast<std::uint8_t>(below(2));
        write.idempotency_expires = now_ + static_cast<std::int64_t>(below(20'000));
        write.document.case_number = below(10) == 0 ? "" : "case-" + std::to_string(below(600));
        if (below(2) == 0) {
            Bytes whole = prefix_bytes_;
            append(whole, ByteView(rest));
            write.document.file.prefix = prefix_;
            write.document.file.size = whole.size();
            write.document.file_hash = sha256(whole);
        }
        if (below(100) == 0) {
            write.document.file.prefix = Digest{9};
        }
        if (below(3) == 0) {
            const auto kind = static_cast<RelationKind>(1 + below(4));
            write.document.relation = Relation{kind, any_document()};
            if (supersedes(kind) != (below(20) == 0)) {
                next_notice_ += 4096;
                write.supersede = {{DocumentStatus::superseded, now_, "later", "who",
                                    Operation::renewed, "第五十条"},
                                   samples::audit_row(number),
                                   follow(superseded_, next_notice_, 3)};
            }
        }
        for (std::uint64_t legs = below(4); legs > 0; --legs) {
            LegRow leg = samples::leg(++next_leg_, number, 0, std::nullopt);
            leg.department = write.document.department;
            leg.due = below(4) == 0 ? std::nullopt : std::optional(now_ + std::int64_t(below(300)));
            write.legs.push_back(random_leg_write(leg));
        }
        return write;
    }

    bool put_issues() {
        std::vector<Bytes> files;
        std::vector<IssueWrite> issues;
        const std::uint64_t count = 1 + below(5);
        files.reserve(count);
        for (std::uint64_t at = 0; at < count; ++at) {
            const auto open = model_.open_intents().value();
            const std::uint64_t number = below(8) == 0 || open.empty()
                                             ? below(next_ + 2)
                                             : open[below(open.size())].sequence_value;
            files.push_back(samples::file_bytes(number, 1 + below(3000)));
            issues.push_back(random_issue(number, files.back()));
        }
        return same_answer(model_.put_issues(issues), engine_.put_issues(issues));
    }

    bool get() {
        const DocumentId id = any_document();
        const DepartmentCode tenant = samples::department(1 + below(3));
        const auto left = model_.find_document(id);
        const auto right = engine_.find_document(id);
        bool same = same_answer(placeless(left), placeless(right)) &&
                    same_answer(placeless(model_.find_document_for(tenant, id)),
                                placeless(engine_.find_document_for(tenant, id))) &&
                    same_answer(model_.find_intent(id), engine_.find_intent(id));
        const auto key = samples::numbered<DocumentKey>(below(next_ + 1));
        same = same &&
               same_answer(placeless(model_.find_by_key(key)), placeless(engine_.find_by_key(key)));
        const std::string text = "key-" + std::to_string(below(300));
        const std::string number = "case-" + std::to_string(below(600));
        same = same &&
               same_answer(model_.find_idempotent(tenant, text),
                           engine_.find_idempotent(tenant, text)) &&
               same_answer(model_.find_case(tenant, "food-business-licence@1", number),
                           engine_.find_case(tenant, "food-business-licence@1", number));
        if (same && left.value()) {
            same = same_answer(model_.read_file(*left.value()), engine_.read_file(*right.value()));
        }
        return same;
    }

    bool list() {
        const DepartmentCode tenant = samples::department(1 + below(3));
        const auto after = below(2) == 0 ? std::nullopt : std::optional(any_document());
        const std::size_t limit = 1 + below(20);
        return same_answer(placeless(model_.list_documents(tenant, after, limit)),
                           placeless(engine_.list_documents(tenant, after, limit))) &&
               same_answer(model_.open_intents(), engine_.open_intents());
    }

    /// Finishes alone, a claim alone, or both in one.
    bool turn_over() {
        const std::vector<LegFinish> finishes =
            below(3) == 0 ? std::vector<LegFinish>() : random_finishes();
        const ClaimRequest request{static_cast<std::uint8_t>(1 + below(3)), now_, below(9),
                                   50 + static_cast<std::int64_t>(below(451)), on_claim_};
        const auto left = model_.turn_over(finishes, request);
        const auto right = engine_.turn_over(finishes, request);
        if (!left.ok() || !right.ok()) {
            return false;
        }
        const std::vector<ClaimedLeg>& claimed = left.value().claimed;
        claims_.insert(claims_.end(), claimed.begin(), claimed.end());
        return left.value() == right.value();
    }

    LegUpdate random_update(std::uint8_t state) {
        LegUpdate update;
        update.state = state;
        update.due =
            below(2) == 0 ? std::nullopt : std::optional(now_ + 10 + std::int64_t(below(990)));
        update.reason = below(2) == 0 ? "" : "mailbox_full";
        update.attempts_delta = static_cast<std::int32_t>(below(4)) - 1;
        update.events.assign(below(3), LegEvent{"moved", now_, now_, state, "x"});
        if (below(3) == 0) {
            update.audit = samples::audit_row(below(1000));
        }
        return update;
    }

    LegWrite random_leg_write(LegRow leg) {
        leg.channel = static_cast<std::uint8_t>(1 + below(3));
        leg.inbox = any_inbox();
        if (below(5) == 0) {
            leg.purpose = LegPurpose::supervision;
            leg.tells = ToldStatus{leg.document, 1};
        }
        return {leg, {LegEvent{"queued", now_, now_, 1, ""}}};
    }

    /// Any claim ever made, hence mostly stale ones.
    std::vector<LegFinish> random_finishes() {
        std::vector<LegFinish> finishes;
        for (std::uint64_t count = below(4); count > 0 && !claims_.empty(); --count) {
            const std::size_t recent = std::min<std::size_t>(claims_.size(), 12);
            const std::size_t at =
                below(2) == 0 ? below(claims_.size()) : claims_.size() - 1 - below(recent);
            const ClaimedLeg& claim = claims_[at];
            finishes.push_back({claim.row.id, claim.fence, random_update(std::uint8_t(below(11)))});
        }
        return finishes;
    }

    bool event() {
        const LegId leg = any_leg();
        const auto expected = static_cast<std::uint8_t>(below(11));
        const LegUpdate update = random_update(std::uint8_t(below(11)));
        return same_answer(model_.append_leg_event(leg, expected, update),
                           engine_.append_leg_event(leg, expected, update));
    }

    bool add_leg() {
        const std::uint64_t number = below(5) == 0 ? below(next_leg_ + 1) : ++next_leg_;
        const LegWrite write =
            random_leg_write(samples::leg(number, below(next_ + 1), 1 + below(3), now_));
        return same_answer(model_.add_leg(write), engine_.add_leg(write));
    }

    bool legs() {
        const DocumentId document = any_document();
        const LegId leg = any_leg();
        return same_answer(model_.legs_of(document), engine_.legs_of(document)) &&
               same_answer(model_.find_leg(leg), engine_.find_leg(leg)) &&
               same_answer(model_.leg_events(leg), engine_.leg_events(leg));
    }

    ServiceEntry random_entry() {
        ServiceEntry entry;
        entry.kind = static_cast<std::uint8_t>(1 + below(8));
        entry.happened = now_ + (-static_cast<std::int64_t>(below(1000)));
        entry.learned = now_;
        entry.leg = below(2) == 0 ? std::nullopt : std::optional(any_leg());
        entry.rule = below(2) == 0 ? "" : "portal-opened";
        return entry;
    }

    bool service() {
        const DocumentId document = any_document();
        ServiceWrite write{document, below(3), random_entry(), below(2) == 0,
                           samples::audit_row(below(100))};
        const Date until = china_date(TimeMs{std::int64_t(today_ + below(8)) * day_ms});
        const DepartmentCode own = samples::department(1 + below(3));
        std::optional<OpenService> after;
        if (below(3) == 0) {
            after = OpenService{until, any_document()};
        }
        const std::size_t limit = 1 + below(50);
        std::optional<DeadLetter> dead;
        if (below(3) == 0) {
            dead = DeadLetter{now_ + -std::int64_t(below(500)), any_leg()};
        }
        const auto letters = model_.dead_letters(own, dead, limit);
        dead_ += letters.value().size();
        return same_answer(letters, engine_.dead_letters(own, dead, limit)) &&
               same_answer(model_.append_service(write), engine_.append_service(write)) &&
               same_answer(model_.service_entries(document), engine_.service_entries(document)) &&
               same_answer(model_.open_services(own, until, after, limit),
                           engine_.open_services(own, until, after, limit));
    }

    bool consent() {
        const DocumentId document = any_document();
        const ConsentEntry entry{below(4) != 0, "送达地址确认书", "2026-1", china_date(now_),
                                 now_,          "operator"};
        const AuditRow audit = samples::audit_row(below(100));
        return same_answer(model_.add_consent(document, entry, audit),
                           engine_.add_consent(document, entry, audit)) &&
               same_answer(model_.consents(document), engine_.consents(document));
    }

    bool push() {
        const InboxId inbox = samples::numbered<InboxId>(below(3));
        const std::string endpoint = "https://push.example/" + std::to_string(below(12));
        const PushSubscription one{inbox, Private<std::string>(endpoint), Bytes(65, 4),
                                   Private<std::string>(std::string(16, 'a')), now_};
        return (below(4) == 0 ? same_answer(model_.drop_push(inbox, endpoint),
                                            engine_.drop_push(inbox, endpoint))
                              : same_answer(model_.put_push(one), engine_.put_push(one))) &&
               same_answer(model_.push_subscriptions(inbox), engine_.push_subscriptions(inbox));
    }

    bool ratings() {
        RatingRow after = samples::rating(below(8));
        std::optional<RatingRow> before =
            model_.find_rating(after.department, after.case_key).value();
        if (below(5) == 0) {
            before.reset();
        }
        after.due = below(3) == 0
                        ? std::nullopt
                        : std::optional(Date{2026, 12, 1 + static_cast<unsigned>(below(5))});
        after.counts = below(3) != 0;
        const AuditRow audit = samples::audit_row(below(100));
        const std::size_t limit = below(5);
        return same_answer(model_.step_rating(before, after, audit),
                           engine_.step_rating(before, after, audit)) &&
               same_answer(model_.find_rating(after.department, after.case_key),
                           engine_.find_rating(after.department, after.case_key)) &&
               same_answer(model_.rating_counts(after.department),
                           engine_.rating_counts(after.department)) &&
               same_answer(model_.open_ratings(after.department, limit),
                           engine_.open_ratings(after.department, limit));
    }

    bool tracked() {
        std::vector<TrackedWrite> writes;
        for (std::uint64_t count = 1 + below(3); count > 0; --count) {
            TrackedWrite one{any_leg(), samples::tracked_event(below(6))};
            one.event.recorded = now_;
            one.event.code = below(4) == 0 ? "EDX" : "EMG"; // the same id, and something else
            writes.push_back(one);
        }
        return same_answer(model_.put_tracked(writes), engine_.put_tracked(writes)) &&
               same_answer(model_.tracked_events(writes[0].leg),
                           engine_.tracked_events(writes[0].leg)) &&
               same_answer(model_.leg_events(writes[0].leg), engine_.leg_events(writes[0].leg));
    }

    bool same_status(const DocumentId& id) {
        const auto left = model_.find_document(id);
        const auto right = engine_.find_document(id);
        return !left.value() ||
               same_answer(model_.find_status(*left.value()), engine_.find_status(*right.value()));
    }

    /// What the store asked: who changed, what holds now, and the document's legs.
    using Followed = std::vector<
        std::tuple<DocumentId, StatusEntry, DocumentId, DocumentStatus, std::vector<LegRow>>>;

    /// Writes down what it is asked; says a notice for each document, numbered from `number`, in
    /// the inbox of its first leg, and one to who supervises, and moves that leg.
    Follow follow(Followed& asked, std::uint64_t number, std::uint8_t state) {
        return [&asked, number, state, now = now_](const TouchedDocument& touched) {
            asked.emplace_back(touched.changed.id, touched.entry, touched.document.id,
                               touched.holds, touched.legs);
            Aftermath after;
            const auto own = static_cast<std::uint64_t>(touched.document.id.bytes[6]) * 256 +
                             touched.document.id.bytes[7];
            std::uint64_t next = number + own * 2;
            const auto inside =
                std::find_if(touched.legs.begin(), touched.legs.end(), [](const LegRow& leg) {
                    return leg.purpose != LegPurpose::supervision;
                });
            for (const LegPurpose purpose : {LegPurpose::notice, LegPurpose::supervision}) {
                if (inside == touched.legs.end()) {
                    continue;
                }
                LegRow leg = samples::leg(next++, 0, 0, now);
                leg.document = touched.document.id;
                leg.department = touched.document.department;
                leg.purpose = purpose;
                leg.tells = ToldStatus{touched.changed.id, touched.entry.sequence};
                leg.inbox = inside->inbox;
                after.legs.push_back({leg, {LegEvent{"queued", now, now, 1, ""}}});
            }
            if (!touched.legs.empty()) {
                LegUpdate update{state, now + 5, "revoked", 0, {}, std::nullopt, now + 9};
                update.events = {LegEvent{"cancel", now, now, state, "revoked"}};
                after.changes.push_back({touched.legs.front().id, update});
            }
            return after;
        };
    }

    bool status() {
        const DocumentId id = any_document();
        const StatusChange change{static_cast<DocumentStatus>(1 + below(8)), now_, "why", "who"};
        const AuditRow audit = samples::audit_row(below(1000));
        Followed left;
        Followed right;
        next_notice_ += 4096;
        const auto number = below(20) == 0 ? below(next_leg_ + 1) : next_notice_;
        const auto state = static_cast<std::uint8_t>(below(11));
        return same_answer(model_.set_status(id, {change, audit, follow(left, number, state)}),
                           engine_.set_status(id, {change, audit, follow(right, number, state)})) &&
               left == right &&
               same_answer(model_.status_history(id), engine_.status_history(id)) &&
               same_answer(model_.legs_of(id), engine_.legs_of(id)) &&
               same_answer(model_.related_to(id), engine_.related_to(id)) && same_status(id);
    }

    bool access() {
        const LegId leg = any_leg();
        const TimeMs end = now_ + std::int64_t(below(2000));
        if (below(4) == 0 &&
            !same_answer(model_.renew_link(leg, end), engine_.renew_link(leg, end))) {
            return false;
        }
        const LinkTry attempt{any_leg(), below(2) == 0, 3, static_cast<std::int64_t>(below(5000)),
                              now_};
        const InboxId inbox = any_inbox();
        const DocumentId document = any_document();
        return same_answer(model_.try_link(attempt), engine_.try_link(attempt)) &&
               same_answer(model_.mark_opened(inbox, document, now_),
                           engine_.mark_opened(inbox, document, now_)) &&
               same_answer(model_.inbox(inbox), engine_.inbox(inbox));
    }

    bool keys() {
        const std::string kid = "kid" + std::to_string(below(6));
        const AuditRow audit = samples::audit_row(below(1000));
        const ApiKey key{kid, Digest{1}, samples::department(1), {"issue"}, now_, now_, {}, "l"};
        const bool wrote = below(2) == 0 ? same_answer(model_.put_api_key(key, audit),
                                                       engine_.put_api_key(key, audit))
                                         : same_answer(model_.revoke_api_key(kid, now_, audit),
                                                       engine_.revoke_api_key(kid, now_, audit));
        return wrote && same_answer(model_.find_api_key(kid), engine_.find_api_key(kid)) &&
               same_answer(model_.list_api_keys(), engine_.list_api_keys());
    }

    bool qr_keys() {
        const auto stored = model_.qr_keys().value();
        QrKeyRow after = samples::qr_key(below(6));
        std::optional<QrKeyRow> before;
        if (below(3) != 0 && !stored.empty()) {
            before = stored[below(stored.size())];
            after = below(5) == 0 ? after : *before;
        }
        after.not_after = TimeMs{static_cast<std::int64_t>(below(3))};
        after.compromised = below(4) == 0 ? std::optional(now_) : std::nullopt;
        const AuditRow audit = samples::audit_row(below(1000));
        return same_answer(model_.step_qr_key(before, after, audit),
                           engine_.step_qr_key(before, after, audit)) &&
               same_answer(model_.qr_keys(), engine_.qr_keys());
    }

    bool void_intents() {
        const std::array ids = {any_document(), any_document()};
        return same_answer(model_.void_intents(ids, "test"), engine_.void_intents(ids, "test"));
    }

    /// Some steps of the walk; now and then from its beginning.
    bool prune() {
        pruned_to_ = below(4) == 0 ? "" : pruned_to_;
        const TimeMs expired = now_ + -static_cast<std::int64_t>(below(2000));
        const std::size_t rows_max = 1 + below(40);
        const auto left = model_.prune_idempotency(expired, pruned_to_, rows_max);
        const auto right = engine_.prune_idempotency(expired, pruned_to_, rows_max);
        pruned_to_ = left.ok() ? left.value().next : "";
        return same_answer(left, right);
    }

    /// A day further now and then; at times a clock that was set back.
    bool expiry() {
        today_ += below(3);
        const std::uint64_t day = below(4) == 0 ? below(today_ + 1) : today_;
        const TimeMs now{std::int64_t(day) * day_ms};
        const std::size_t rows_max = 1 + below(30);
        Followed left;
        Followed right;
        next_notice_ += 4096;
        const auto state = static_cast<std::uint8_t>(below(11));
        const bool same =
            same_answer(model_.tell_expired(now, rows_max, follow(left, next_notice_, state)),
                        engine_.tell_expired(now, rows_max, follow(right, next_notice_, state)));
        expired_ += left.size();
        return same && left == right;
    }

    /// Claims, and puts revisions or puts off; now and then under a fence that is stale.
    bool augmenting() {
        const AugmentationClaim claim{now_, below(4), static_cast<std::int64_t>(below(300))};
        const auto left = model_.claim_augmentations(claim);
        if (!same_answer(left, engine_.claim_augmentations(claim))) {
            return false;
        }
        for (const AugmentationRow& row : left.value()) {
            augmenting_.push_back(row);
        }
        if (augmenting_.empty()) {
            return true;
        }
        // The newest still hold their fences, most of the others do not.
        AugmentationRow row = augmenting_[augmenting_.size() - 1 -
                                          below(std::min<std::size_t>(augmenting_.size(), 6))];
        row.fence = below(10) == 0 ? row.fence - 1 : row.fence;
        const auto due =
            below(5) == 0 ? std::nullopt : std::optional(now_ + std::int64_t(below(900)));
        if (below(2) == 0) {
            const AugmentationDelay delay{
                row.document, row.fence, due,
                below(3) == 0 ? std::nullopt : std::optional<std::string>("unavailable"),
                below(2) == 0 ? std::nullopt : std::optional(samples::audit_row(3))};
            return same_answer(model_.put_off_augmentation(delay),
                               engine_.put_off_augmentation(delay));
        }
        return put_revision(row, due);
    }

    bool put_revision(const AugmentationRow& row, std::optional<TimeMs> due) {
        const DocumentRow document = model_.find_document(row.document).value().value();
        const Bytes file = model_.read_file(document).value();
        const Bytes bytes = samples::file_bytes(below(900), below(20) == 0 ? 0 : 1 + below(900));
        RevisionWrite write =
            samples::revision(row, file, bytes, static_cast<SignatureLevel>(1 + below(4)));
        write.at = now_;
        write.due = due;
        Released asked;
        write.release = release(asked);
        const auto left = model_.put_revision(write);
        const Released model_asked = std::exchange(asked, {});
        const auto put = engine_.put_revision(write);
        revisions_ += left.ok() && left.value() ? 1U : 0U;
        return same_answer(left, put) && model_asked == asked &&
               same_answer(model_.legs_of(row.document), engine_.legs_of(row.document)) &&
               same_levels(document);
    }

    using Released = std::vector<
        std::tuple<DocumentId, StatusEntry, SignatureLevel, TimeMs, std::vector<LegRow>>>;
    /// Writes down what it is asked, and moves the first leg.
    Release release(Released& asked) {
        return [&asked](const LevelledDocument& levelled) {
            asked.emplace_back(levelled.document.id, levelled.status, levelled.level, levelled.at,
                               levelled.legs);
            std::vector<Aftermath::Change> changes;
            if (!levelled.legs.empty()) {
                changes.push_back(
                    {levelled.legs.front().id, {3, levelled.at + 5, "", 0, {}, std::nullopt, {}}});
            }
            return changes;
        };
    }

    /// Where the bytes lie is the engine's business.
    static Result<std::vector<RevisionRow>>
    placeless_revisions(Result<std::vector<RevisionRow>> all) {
        if (all.ok()) {
            for (RevisionRow& each : all.value()) {
                each.segment = 0;
                each.offset = 0;
            }
        }
        return all;
    }

    bool same_levels(const DocumentRow& document) {
        const auto right = engine_.find_document(document.id).value().value();
        return same_answer(model_.find_level(document), engine_.find_level(right)) &&
               same_answer(model_.read_file(document), engine_.read_file(right)) &&
               same_answer(model_.find_augmentation(document.id),
                           engine_.find_augmentation(document.id)) &&
               same_answer(model_.revisions(document.id),
                           placeless_revisions(engine_.revisions(document.id)));
    }

    bool levels() {
        const auto after = below(2) == 0 ? std::nullopt : std::optional(any_document());
        AugmentationHaste haste{std::nullopt, now_, after, 1 + below(8), samples::audit_row(4)};
        haste.dated_before = below(2) == 0 ? std::nullopt : std::optional(now_ + -500);
        haste.only = below(4) == 0 ? std::optional(any_document()) : std::nullopt;
        const bool same = below(3) != 0 || same_answer(model_.hasten_augmentations(haste),
                                                       engine_.hasten_augmentations(haste));
        const auto document = model_.find_document(any_document()).value();
        return same &&
               same_answer(model_.count_augmentations(now_), engine_.count_augmentations(now_)) &&
               same_answer(model_.waiting_augmentations(after, 5),
                           engine_.waiting_augmentations(after, 5)) &&
               (!document || same_levels(*document));
    }

    /// Moves the sequences on a little, so that few numbers drawn before are refused.
    bool numbers() {
        static constexpr std::array names = {"food/2026", "food", "letter/2026", "letter/2027"};
        NumberAdvance advance{NumberAdvance::How::by, below(3), std::nullopt, 2026};
        if (below(2) == 0) {
            advance.how = NumberAdvance::How::past;
            advance.count = below(20) == 0 ? 1'000'000'000'000 : below(next_ + 1);
        }
        if (below(2) == 0) {
            advance.only = {samples::department(1 + below(2)), names[below(names.size())]};
        }
        const AuditRow audit = samples::audit_row(below(1000));
        bool same = same_answer(model_.advance_numbers(advance, audit),
                                engine_.advance_numbers(advance, audit)) &&
                    same_answer(model_.confirm_numbers(audit), engine_.confirm_numbers(audit)) &&
                    same_answer(model_.numbers(), engine_.numbers()) &&
                    same_answer(model_.numbers_held(), engine_.numbers_held());
        for (const char* name : names) {
            const DepartmentCode tenant = samples::department(1 + below(3));
            same = same && same_answer(model_.counter(tenant, name), engine_.counter(tenant, name));
        }
        return same;
    }

    bool editions() {
        const std::uint64_t number = below(30);
        const std::string name = "guide-" + std::to_string(below(4));
        const EditionRow draft = samples::edition(number, name);
        const Bytes content = samples::edition_content(below(10) == 0 ? number + 1 : number);
        const AuditRow audit = samples::audit_row(1);
        const Date day{2026, 1 + static_cast<unsigned>(below(12)), 1};
        bool same = below(2) == 0 || same_answer(model_.put_edition(draft, content, audit),
                                                 engine_.put_edition(draft, content, audit));
        const auto stored = model_.editions(EditionKind::guide, name).value();
        same = same && same_answer(model_.editions(EditionKind::guide, name),
                                   engine_.editions(EditionKind::guide, name));
        if (same && !stored.empty()) {
            const EditionRow& before = stored[below(stored.size())];
            EditionRow after = before;
            after.state = static_cast<EditionState>(1 + below(4));
            after.effective_from = day;
            after.name = below(20) == 0 ? "guide-9" : after.name;
            same = same_answer(model_.step_edition(before, after, audit),
                               engine_.step_edition(before, after, audit)) &&
                   same_answer(model_.edition_content(before), engine_.edition_content(before));
        }
        return same &&
               same_answer(model_.edition_in_force(EditionKind::guide, name, day),
                           engine_.edition_in_force(EditionKind::guide, name, day)) &&
               same_answer(model_.all_editions(EditionKind::guide),
                           engine_.all_editions(EditionKind::guide)) &&
               same_answer(model_.editions_in_force(EditionKind::guide, day),
                           engine_.editions_in_force(EditionKind::guide, day));
    }

    bool paper() {
        const DocumentId document = any_document();
        const PaperCopy copy = samples::paper_copy(below(5));
        const AuditRow audit = samples::audit_row(1);
        const auto number = static_cast<std::uint32_t>(below(4));
        return same_answer(model_.add_paper_copy(document, copy, audit),
                           engine_.add_paper_copy(document, copy, audit)) &&
               same_answer(model_.revoke_paper_copy(document, number, now_, "lost", audit),
                           engine_.revoke_paper_copy(document, number, now_, "lost", audit)) &&
               same_answer(model_.paper_copies(document), engine_.paper_copies(document));
    }

    /// Few cases; mostly the number of events that the case has.
    CaseEventWrite random_event() {
        const std::string number = "case-" + std::to_string(below(20));
        const std::size_t expected = model_.case_events(number).value().size();
        return {number, below(4) == 0 ? below(10) : expected, samples::case_event(below(1000))};
    }

    bool cases() {
        const CaseEventWrite write = random_event();
        const AuditRow audit = samples::audit_row(below(1000));
        const std::string number = "case-" + std::to_string(below(600));
        return same_answer(model_.append_case_event(write, audit),
                           engine_.append_case_event(write, audit)) &&
               same_answer(model_.case_events(write.case_number),
                           engine_.case_events(write.case_number)) &&
               same_answer(placeless(model_.case_documents(number)),
                           placeless(engine_.case_documents(number)));
    }

    bool drafts() {
        const std::uint64_t number = below(40);
        DraftWrite write{samples::draft(number, 1 + below(3)), {}, samples::audit_row(1)};
        if (below(3) == 0) {
            write.event = random_event();
        }
        const Bytes decision = samples::draft_decision(below(10) == 0 ? number + 1 : number);
        bool same =
            same_answer(model_.put_draft(write, decision), engine_.put_draft(write, decision));
        const auto before = model_.find_draft(write.draft.id).value();
        if (before) {
            write.draft = *before;
            write.draft.approvals.push_back("key:" + std::to_string(below(9)));
            write.draft.state = static_cast<DraftState>(1 + below(3));
            DraftRow seen = *before;
            seen.reason = below(5) == 0 ? "changed" : seen.reason;
            same =
                same &&
                same_answer(model_.draft_decision(*before), engine_.draft_decision(*before)) &&
                same_answer(model_.change_draft(seen, write), engine_.change_draft(seen, write)) &&
                same_answer(model_.find_draft(write.draft.id), engine_.find_draft(write.draft.id));
        }
        const DepartmentCode tenant = samples::department(1 + below(3));
        const auto after =
            below(2) == 0 ? std::nullopt : std::optional(samples::numbered<DraftId>(below(40)));
        const std::size_t limit = 1 + below(20);
        return same && same_answer(model_.waiting_drafts(tenant, after, limit),
                                   engine_.waiting_drafts(tenant, after, limit));
    }

    /// Sealed further now and then; tokens come in any order.
    bool evidence() {
        const auto counts = model_.count_evidence();
        bool same = same_answer(counts, engine_.count_evidence());
        EvidenceBatchRow batch;
        batch.number = counts.value().batches + 1 + (below(8) == 0 ? 1 : 0);
        batch.first = counts.value().sealed + 1;
        batch.last = batch.first + below(6);
        batch.at = now_;
        batch.statement = "statement " + std::to_string(batch.number);
        batch.seal = Bytes(below(3000), 7);
        if (below(3) == 0) {
            batch.token = {1};
        }
        if (below(3) == 0) {
            same = same &&
                   same_answer(model_.put_evidence_batch(batch), engine_.put_evidence_batch(batch));
        }
        const std::uint64_t any = below(counts.value().records + 3);
        const Bytes token(1 + below(9), 3);
        const std::uint64_t after = below(counts.value().records + 3);
        const DocumentId document = any_document();
        const DepartmentCode own = samples::department(1 + below(3));
        return same &&
               (below(3) != 0 || same_answer(model_.put_evidence_token(any, token),
                                             engine_.put_evidence_token(any, token))) &&
               same_answer(model_.evidence_batch_of(any), engine_.evidence_batch_of(any)) &&
               same_answer(model_.last_evidence_batch(), engine_.last_evidence_batch()) &&
               same_answer(model_.batches_without_token(3), engine_.batches_without_token(3)) &&
               same_answer(model_.list_evidence(after, 7), engine_.list_evidence(after, 7)) &&
               same_answer(model_.list_evidence_for(own, after, 7),
                           engine_.list_evidence_for(own, after, 7)) &&
               same_answer(model_.evidence_of(document), engine_.evidence_of(document));
    }

    bool audit() {
        const std::array rows = {samples::audit_row(below(1000)), samples::audit_row(1)};
        const std::uint64_t after = below(200);
        return same_answer(model_.append_audit(rows), engine_.append_audit(rows)) &&
               same_answer(model_.list_audit(after, 30), engine_.list_audit(after, 30)) &&
               same_answer(model_.verify_audit(), engine_.verify_audit());
    }

    Store& model_;
    Store& engine_;
    std::mt19937_64 random_;
    TimeMs now_{10'000};
    std::uint64_t next_ = 0;
    std::uint64_t next_leg_ = 0;
    std::uint64_t next_notice_ = std::uint64_t{1} << 40U; ///< far from the other legs
    Followed superseded_;
    std::array<std::uint8_t, 256> on_claim_{};
    Digest prefix_{};
    Bytes prefix_bytes_;
    std::vector<ClaimedLeg> claims_;
    std::vector<AugmentationRow> augmenting_;
    std::size_t revisions_ = 0;
    std::string pruned_to_;
    std::uint64_t today_ = 0; ///< days since 1970
    std::size_t expired_ = 0;
    std::size_t dead_ = 0;
};

void run_seed(std::uint64_t seed) {
    SCOPED_TRACE("SONGDA_SEED=" + std::to_string(seed));
    const samples::Directory directory;
    fakes::MemoryStore model(&move_on, &tell, &settle, &gives_up);
    LmdbOptions options = samples::small_options(directory.path());
    options.follow_leg = &move_on;
    options.testify = &tell;
    options.settle_tracked = &settle;
    options.gives_up = &gives_up;
    auto engine = std::move(open_lmdb(options)).value();
    {
        Run run(model, *engine, seed);
        for (int operation = 0; operation < operations; ++operation) {
            const std::optional<std::string> differs = run.step();
            ASSERT_FALSE(differs) << "operation " << operation << ", verb " << *differs;
        }
        EXPECT_GT(run.expired(), 10U) << "too little expires";
        EXPECT_GT(run.revisions(), 10U) << "too few revisions";
        EXPECT_GT(run.dead(), 0U) << "no dead letters";
    }
    EXPECT_GT(model.statistics().value().documents, 100U) << "the generator issues too little";
    EXPECT_EQ(engine->statistics().value().documents, model.statistics().value().documents);
    EXPECT_EQ(engine->statistics().value().legs_scheduled,
              model.statistics().value().legs_scheduled);
    const std::uint64_t records = model.count_evidence().value().records;
    EXPECT_GT(records, 200U) << "too little happens";
    for (std::uint64_t at = 0; at < records; at += evidence_rows_max) {
        ASSERT_EQ(engine->list_evidence(at, evidence_rows_max).value(),
                  model.list_evidence(at, evidence_rows_max).value());
    }
    const FsckReport report = engine->fsck().value();
    EXPECT_TRUE(report.clean()) << report.findings.front();
    EXPECT_EQ(report.files, model.statistics().value().documents);
}

TEST(StoreConformance, EngineAnswersLikeTheModel) {
    const std::uint64_t one = from_environment("SONGDA_SEED", 0);
    const std::uint64_t seeds = one != 0 ? 1 : from_environment("SONGDA_SEEDS", 4);
    for (std::uint64_t at = 0; at < seeds && !testing::Test::HasFatalFailure(); ++at) {
        run_seed(one != 0 ? one : 1000 + at);
    }
}

} // namespace
} // namespace songda::store

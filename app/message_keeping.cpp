#include "app/message_keeping.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "app/file_sealing.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"

namespace songda::app {
namespace {

constexpr std::size_t reason_bytes_max = 500;

using std::chrono::milliseconds;

signer::SealUse use_of(const store::DocumentRow& document) {
    return {"", document.type_code, document.template_version, document.id};
}

} // namespace

/// Of one department.
struct MessageKeeping::Wanted {
    std::vector<store::MessageRow> rows;
    std::vector<store::DocumentRow> documents; ///< one a row
    std::vector<signer::RecordOrder> orders;   ///< the same
};

struct MessageKeeping::Made {
    std::vector<store::MessageWrite> writes;
    std::vector<store::MessageDelay> delays;
    std::optional<Error> away; ///< nobody answered: those are due as before
};

MessageKeeping::MessageKeeping(const Parts& parts, const Options& options)
    : parts_(parts), options_(options),
      made_(parts.metrics.counter("songda_sm2_messages_total",
                                  "SM2 messages made over records of documents.")),
      failed_(parts.metrics.counter("songda_sm2_message_failures_total",
                                    "Attempts to make one that came to nothing.")),
      waiting_(parts.metrics.gauge("songda_sm2_messages_waiting",
                                   "Documents whose SM2 message is not made yet.")) {}

void MessageKeeping::start() {
    thread_.start([this] { return step(); });
}

milliseconds MessageKeeping::step() {
    const auto due = parts_.store.due_messages(parts_.clock.now(), options_.messages_per_step);
    if (!due.ok()) {
        return rest(due.error());
    }
    if (const auto waiting = parts_.store.count_unmade_messages(); waiting.ok()) {
        waiting_.set(static_cast<double>(waiting.value()));
    }
    if (due.value().empty() || !parts_.store.writable()) {
        return options_.poll;
    }
    const Made made = make_all(due.value());
    for (const auto& put :
         {parts_.store.put_messages(made.writes), parts_.store.put_off_messages(made.delays)}) {
        if (!put.ok()) {
            return rest(put.error());
        }
    }
    made_.add(static_cast<double>(made.writes.size()));
    failed_.add(static_cast<double>(made.delays.size()));
    if (made.away) {
        return rest(*made.away);
    }
    if (pause_ != milliseconds(0)) {
        log::info("sm2_messages_go_on", {});
        pause_ = milliseconds(0);
    }
    return due.value().size() < options_.messages_per_step ? options_.poll : milliseconds(0);
}

MessageKeeping::Made MessageKeeping::make_all(std::span<const store::MessageRow> rows) const {
    Made made;
    std::map<DepartmentCode, Wanted> by_department;
    for (const store::MessageRow& row : rows) {
        const auto document = parts_.store.find_document(row.document);
        if (document.ok() && document.value()) {
            Wanted& wanted = by_department[document.value()->department];
            wanted.rows.push_back(row);
            wanted.documents.push_back(*document.value());
            wanted.orders.push_back({row.record_sm3, use_of(*document.value())});
        } else {
            put_off(row,
                    document.ok() ? Error{Fault::corrupt, "the document is not there"}
                                  : document.error(),
                    made);
        }
    }
    for (const auto& [department, wanted] : by_department) {
        make(department, wanted, made);
    }
    return made;
}

void MessageKeeping::make(const DepartmentCode& department, const Wanted& wanted, Made& to) const {
    const auto& rows = wanted.rows;
    auto sealed = parts_.signer.seal_records(department, wanted.orders, parts_.style);
    for (std::size_t at = 0; at < rows.size(); ++at) {
        auto made = finish(wanted, at, std::move(sealed[at]));
        if (made.ok()) {
            to.writes.push_back(std::move(made).value());
        } else if (made.error().fault == Fault::unavailable ||
                   made.error().fault == Fault::overloaded) {
            to.away = made.error();
        } else {
            put_off(rows[at], made.error(), to);
        }
    }
}

/// With the electronic seal, where the department has one: both are stored, or neither.
Result<store::MessageWrite> MessageKeeping::finish(const Wanted& wanted, std::size_t at,
                                                   Result<Bytes> message) const {
    if (!message.ok()) {
        return message.error();
    }
    const store::DocumentRow& document = wanted.documents[at];
    store::MessageWrite write{document.id, std::move(message).value(), parts_.clock.now()};
    if (!parts_.signer.seal_room(document.department)) {
        return write;
    }
    const auto file = parts_.store.read_file(document);
    if (!file.ok()) {
        return file.error();
    }
    auto revision =
        seal_file(parts_.signer, {document.department, wanted.orders[at].use},
                  {file.value(), static_cast<std::size_t>(document.file.size)}, write.at);
    if (!revision.ok()) {
        return revision.error();
    }
    write.revision = std::move(revision).value();
    write.behind = file.value().size();
    Sha256 whole;
    whole.update(file.value());
    whole.update(write.revision);
    write.file_hash = whole.finish();
    return write;
}

void MessageKeeping::put_off(const store::MessageRow& row, const Error& why, Made& to) const {
    const int doublings = std::min<int>(row.attempts, 16);
    const std::int64_t wait =
        std::min(options_.retry_first_ms << doublings, options_.retry_most_ms);
    const std::string reason = std::string(fault_name(why.fault)) + ": " + why.detail;
    log::write(row.attempts == 0 ? log::Level::warning : log::Level::debug, "sm2_message_failed",
               {{"document", to_text(row.document)}, {"why", reason}});
    to.delays.push_back(
        {row.document, parts_.clock.now() + wait, reason.substr(0, reason_bytes_max)});
}

/// An outage is told once.
milliseconds MessageKeeping::rest(const Error& why) {
    if (pause_ == milliseconds(0)) {
        log::warning("sm2_messages_wait", {{"fault", fault_name(why.fault)}, {"why", why.detail}});
    }
    pause_ = std::clamp(pause_ * 2, options_.pause_first, options_.pause_most);
    return pause_;
}

} // namespace songda::app

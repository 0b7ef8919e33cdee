#include "issuer/detail/batch.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/sm2.hpp"
#include "base/text_codec.hpp"
#include "catalogue/mask.hpp"
#include "issuer/profile_check.hpp"
#include "issuer/templates/number_pattern.hpp"

namespace songda::issuer::detail {
namespace {

/// What verification reads of an uploaded file (verifier/frame.hpp): thousands of rare characters
/// can pass it.
constexpr std::size_t file_bytes_max = 8U << 20U;
/// delivery.md §8.4: at least 7 days for dispatch orders; a month outlives any client's retries.
constexpr std::int64_t idempotency_ms = 31LL * 86'400'000;

std::string mask(const Recipient& recipient) {
    return recipient.kind == RecipientKind::person ? catalogue::mask_person(recipient.name)
                                                   : catalogue::mask_organisation(recipient.name);
}

/// Of the document that a licence follows.
void name_earlier(const store::DocumentRow& earlier, DecisionValues& values) {
    values.list.push_back({"related.title", earlier.title});
    values.list.push_back({"related.number", earlier.number});
    values.keep("related.decided_on", earlier.decided_on ? to_text(*earlier.decided_on) : "");
    values.keep("related.valid_until",
                earlier.valid_until ? to_text(*earlier.valid_until) : std::string(long_term_words));
}

/// `KG8A DFJM 61M8 FH3C`: how people copy it from paper.
std::string in_fours(const DocumentKey& key) {
    std::string text = to_text(key);
    for (std::size_t at = 4; at < text.size(); at += 5) {
        text.insert(at, 1, ' ');
    }
    return text;
}

/// A number that shows no year must never come again in another.
std::string sequence_name(const Template& spec, int year) {
    return spec.number_pattern.find("{year}") == std::string::npos
               ? spec.id
               : fmt::format("{}/{}", spec.id, year);
}

/// A value that was given but could not be read is not also missing.
void add_faults(const std::vector<Finding>& faults, std::vector<Finding>& findings) {
    const std::size_t read = findings.size();
    for (const Finding& fault : faults) {
        const auto end = findings.begin() + static_cast<std::ptrdiff_t>(read);
        // A character that is forbidden has no name behind its code point, and no font has it.
        const bool forbidden =
            fault.rule == "no_glyph" && fault.value.find(' ') == std::string::npos;
        const bool told = std::any_of(findings.begin(), end, [&](const Finding& finding) {
            return finding.pointer == fault.pointer &&
                   (fault.rule == "required" ||
                    (forbidden && finding.rule == "forbidden_character"));
        });
        if (!told) {
            findings.push_back(fault);
        }
    }
}

/// A value that was told already, missing or malformed, is not also told by the profile.
void add_profile_findings(std::vector<Finding> found, std::vector<Finding>& findings) {
    const std::size_t read = findings.size();
    for (Finding& finding : found) {
        const auto end = findings.begin() + static_cast<std::ptrdiff_t>(read);
        if (std::none_of(findings.begin(), end,
                         [&](const Finding& told) { return told.pointer == finding.pointer; })) {
            findings.push_back(std::move(finding));
        }
    }
}

} // namespace

void Batch::run() {
    for (Item& item : items_) {
        for (const auto step : {&Batch::read, &Batch::find_earlier, &Batch::check,
                                &Batch::check_versions, &Batch::check_approval}) {
            if (item.open) {
                (this->*step)(item);
            }
        }
    }
    ask_seals();
    for (Item& item : items_) {
        if (item.open) {
            prepare(item);
        }
    }
    seal_codes();
    for (Item& item : items_) {
        if (item.open) {
            render(item);
        }
    }
    intend_and_sign();
    commit();
}

void Batch::read(Item& item) {
    // A line break behind the object is the transport's, not the decision's.
    const std::size_t end = item.row.json.find_last_not_of(" \t\r\n");
    item.fingerprint = sha256(as_bytes(item.row.json.substr(0, end + 1)));
    DecisionReading reading =
        read_decision(item.row.json, china_date(desk_.parts.clock.now()), desk_.parts.ways_offered);
    item.decision = std::move(reading.decision);
    item.answer.findings = std::move(reading.findings);
    item.key = item.decision.idempotency_key.empty() ? item.row.fallback_key
                                                     : item.decision.idempotency_key;
    if (turn_of(item.decision) > turn_) {
        item.waits = true;
        item.open = false;
        return;
    }
    if (item.key.empty()) {
        // Broken JSON has no key that could be read: say what is broken.
        item.close(item.answer.findings.empty() ? Answer::Kind::key_missing
                                                : Answer::Kind::refused);
    }
}

void Batch::find_earlier(Item& item) {
    item.hold = desk_.running.acquire(department_, item.key);
    if (!item.hold.held()) {
        item.close(Answer::Kind::key_running);
        return;
    }
    const auto found = desk_.parts.store.find_idempotent(department_, item.key);
    if (!found.ok()) {
        item.fail(found.error());
        return;
    }
    if (!found.value() || found.value()->expires <= desk_.parts.clock.now()) {
        return;
    }
    if (found.value()->fingerprint != item.fingerprint) {
        item.close(Answer::Kind::key_conflict);
        return;
    }
    take_outcome(item, {store::IssueOutcome::Kind::duplicate, found.value()->document});
}

void Batch::check(Item& item) {
    item.now = desk_.parts.clock.now();
    const Decision& decision = item.decision;
    const WantedTemplate wanted{decision.template_id, decision.document_type, decision.item};
    std::vector<Finding>& findings = item.answer.findings;
    const bool names_one = decision.template_id.empty() != decision.document_type.empty();
    if (names_one) { // else it was told
        TemplateChoice choice = desk_.templates.choose(department_.text, wanted, item.now);
        item.ready = choice.ready;
        if (choice.finding) {
            findings.push_back(std::move(*choice.finding));
        }
    }
    if (item.ready != nullptr) {
        check_licence(item);
        check_photo(item);
        check_placed(item);
    }
    if (item.open && !findings.empty()) {
        item.close(Answer::Kind::refused);
    }
}

/// A case that has a document of an earlier version gets no second one when the next is published;
/// of the same version the store tells.
void Batch::check_versions(Item& item) {
    const Template& spec = item.ready->spec();
    for (const int version : desk_.templates.versions_of(spec.id)) {
        if (version == spec.version) {
            continue;
        }
        const auto found = desk_.parts.store.find_case(
            department_, spec.id + '@' + std::to_string(version), item.decision.case_number);
        if (!found.ok()) {
            item.fail(found.error());
            return;
        }
        if (found.value()) {
            take_outcome(item, {store::IssueOutcome::Kind::case_conflict, *found.value()});
            return;
        }
    }
}

void Batch::check_placed(Item& item) {
    if (!item.open) {
        return;
    }
    const CompiledTemplate& compiled = *item.ready->compiled;
    std::vector<Finding>& findings = item.answer.findings;
    item.values = name_values(item.decision);
    item.values.keep("issued_on", to_text(china_date(item.now)));
    if (item.licence && item.licence->earlier) {
        name_earlier(item.licence->earlier->row, item.values);
    }
    Placement placement = renderer_.place(compiled, item.values.list);
    item.placed = std::move(placement.values);
    add_faults(placement.findings, findings);
    // A licence that follows what is not there has no identifier, which was told.
    const bool planned = !item.licence || !item.licence->identifier.empty();
    if (planned && item.ready->profile != nullptr) {
        const auto earlier = count_earlier(*item.ready, item.decision.case_number);
        if (!earlier.ok()) {
            item.fail(earlier.error());
            return;
        }
        add_profile_findings(check_profile(*item.ready->profile, compiled.spec(), compiled.face(),
                                           item.decision, earlier.value(),
                                           item.licence ? &*item.licence : nullptr),
                             findings);
    }
}

void Batch::prepare(Item& item) {
    const Template& spec = item.ready->compiled->spec();
    const DepartmentFace& face = item.ready->compiled->face();
    const TimeMs now = item.now;
    store::DocumentRow& document = item.answer.document;
    const auto numbered = take_number(item);
    if (!numbered.ok()) {
        item.fail(numbered.error());
        return;
    }
    document.id = make_document_id(now, desk_.parts.random);
    document.key = make_document_key(desk_.parts.random);
    document.department = department_;
    document.department_name = face.name;
    document.type_code = spec.type_code;
    document.title = spec.title;
    document.template_version = spec.full_name();
    document.case_number = item.decision.case_number;
    document.holder_masked = mask(item.decision.recipient.reveal());
    document.issued_at = now;
    document.decided_on = item.decision.decided_on;
    document.valid_from = item.decision.valid_from;
    document.valid_until = item.decision.valid_until;
    document.sample = desk_.parts.signer.is_sample(department_);
    document.level_wanted = spec.service_level.wanted;
    if (document.level_wanted != SignatureLevel::b_b) {
        document.level_by = now + spec.service_level.within_ms;
    }
    take_licence(item);
}

/// A renewal may and a copy must go on with the number of what it relates to: it draws none.
Result<void> Batch::take_number(Item& item) {
    const Template& spec = item.ready->compiled->spec();
    if (item.licence && item.licence->keeps_number) {
        item.answer.document.number = item.licence->earlier->row.number;
        return {};
    }
    const DepartmentFace& face = item.ready->compiled->face();
    const int year = china_date(item.now).year;
    item.sequence = sequence_name(spec, year);
    const auto value = desk_.sequencer.next(department_, item.sequence);
    if (!value.ok()) {
        return value.error();
    }
    item.sequence_value = value.value();
    auto number = expand_number(spec.number_pattern,
                                {face.number_prefix, face.region, year, item.sequence_value});
    if (!number.ok()) {
        const bool used_up = number.error().fault == Fault::exhausted;
        return Error{used_up ? Fault::exhausted : Fault::internal, number.error().detail};
    }
    item.answer.document.number = std::move(number).value();
    return {};
}

void Batch::render(Item& item) {
    store::DocumentRow& document = item.answer.document;
    const CompiledTemplate& compiled = *item.ready->compiled;
    const std::string head = desk_.parts.verify_base + to_text(document.key) + '#';
    const std::string payload = to_base41(item.sealed_claims);
    item.values.list.push_back({"number", document.number});
    item.values.list.push_back({"identifier", document.identifier});
    item.values.keep("key", in_fours(document.key));
    auto rendered = renderer_.render(
        compiled, {item.values.list, as_bytes(item.record), document.record_hash, head, payload,
                   document.issued_at, document.key, item.placed.get(),
                   as_bytes(item.licence_metadata), item.photo ? &*item.photo : nullptr});
    item.placed.reset();
    if (!rendered.ok()) {
        item.fail({Fault::internal, rendered.error().detail});
        return;
    }
    item.file = std::move(rendered).value();
    if (item.file.file.size() > file_bytes_max) {
        item.answer.findings.push_back(
            {"/fields", "file_size", std::to_string(item.file.file.size()),
             "文书文件超过8MiB，无法上传核验：请减少生僻字或拆分内容",
             "makes a file of more than 8 MiB, which nobody could upload to be verified"});
        item.close(Answer::Kind::refused);
    }
}

/// As a stranger would, before anything of them is committed.
void Batch::check_output(std::span<Item* const> finished) {
    std::vector<Item*> open;
    std::vector<ByteView> files;
    for (Item* const item : finished) {
        if (item->open) {
            open.push_back(item);
            files.emplace_back(item->file.file);
        }
    }
    const auto checked = desk_.parts.check_output(files);
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (!checked[i].ok()) {
            const std::string& why = checked[i].error().detail;
            log::error("own_output_refused",
                       {{"document", to_text(open[i]->answer.document.id)}, {"why", why}});
            open[i]->fail({Fault::internal, "the finished file did not verify: " + why});
        }
    }
}

void Batch::commit() {
    std::vector<store::IssueWrite> writes;
    std::vector<Item*> waiting;
    writes.reserve(items_.size());
    waiting.reserve(items_.size());
    const TimeMs now = desk_.parts.clock.now();
    for (Item& item : items_) {
        if (!item.open) {
            continue;
        }
        store::DocumentRow& document = item.answer.document;
        const std::size_t prefix_size = item.ready->compiled->prefix().size();
        const ByteView rest = item.file.file.view().subspan(prefix_size);
        document.file_hash = file_hash(item.file);
        document.file.prefix = item.ready->prefix;
        document.file.size = item.file.file.size();
        store::IssueWrite& write = writes.emplace_back();
        write.rest = rest;
        document.first_status = {store::DocumentStatus::valid, document.issued_at, "issued",
                                 department_.text,
                                 item.licence ? item.licence->operation : store::Operation::issued};
        supersede(item, write);
        write.idempotency_key = item.key;
        write.fingerprint = item.fingerprint;
        write.idempotency_expires = now + idempotency_ms;
        write.audit = {now, department_.text, "document_issued", to_text(document.id),
                       document.number};
        if (desk_.parts.plan_delivery) {
            DeliveryPlan plan = desk_.parts.plan_delivery(document, item.decision);
            write.legs = std::move(plan.legs);
            write.consent = std::move(plan.consent);
            document.serve_by = plan.serve_by;
        }
        if (desk_.parts.signer.has_sm2_seal(department_)) {
            write.record_sm3 = sm3(as_bytes(item.record));
        }
        write.document = std::move(document); // until the store has answered
        waiting.push_back(&item);
    }
    if (writes.empty()) {
        return;
    }
    const auto outcomes = desk_.parts.store.put_issues(writes);
    std::vector<DocumentId> beaten; // another request was first between our look and our write
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        waiting[i]->answer.document = std::move(writes[i].document);
        if (!outcomes.ok()) {
            waiting[i]->fail(outcomes.error());
            continue;
        }
        if (outcomes.value()[i].kind != store::IssueOutcome::Kind::created) {
            beaten.push_back(waiting[i]->answer.document.id);
        }
        take_outcome(*waiting[i], outcomes.value()[i]);
    }
    for (Item* const item : waiting) {
        renderer_.take_back(std::move(item->file));
    }
    close_intents(beaten, "another request issued it first");
    if (outcomes.ok() && desk_.parts.issued) {
        desk_.parts.issued();
    }
}

void Batch::take_outcome(Item& item, const store::IssueOutcome& outcome) {
    using Kind = store::IssueOutcome::Kind;
    switch (outcome.kind) {
    case Kind::created: item.close(Answer::Kind::issued); return;
    case Kind::key_conflict: item.close(Answer::Kind::key_conflict); return;
    case Kind::duplicate:
    case Kind::case_conflict: {
        const auto found = desk_.parts.store.find_document(outcome.document);
        if (!found.ok() || !found.value()) {
            item.fail(found.ok() ? Error{Fault::corrupt, "an idempotency row without its document"}
                                 : found.error());
            return;
        }
        item.answer.document = *found.value();
        item.close(outcome.kind == Kind::duplicate ? Answer::Kind::replayed
                                                   : Answer::Kind::case_conflict);
        return;
    }
    case Kind::relation_void:
        item.answer.findings.push_back({"/relates/document", "holds", "",
                                        "原证照在此期间已不再有效", "it does not hold any more"});
        item.close(Answer::Kind::refused);
        return;
    case Kind::id_taken:
    case Kind::no_intent: item.fail({Fault::internal, "the store refused its own intent"}); return;
    }
}

} // namespace songda::issuer::detail

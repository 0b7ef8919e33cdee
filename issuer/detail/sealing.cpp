// The part of a batch that needs seals: codes before the pages, documents after the intent is on
// disk.
#include "issuer/detail/batch.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "issuer/record.hpp"

namespace songda::issuer::detail {
namespace {

std::int64_t seconds(TimeMs time) {
    return time.value / 1000;
}

Bytes make_claims(const store::DocumentRow& document) {
    QrClaims claims;
    claims.masked_holder = document.holder_masked;
    if (document.valid_until) {
        // The last second of that day in China.
        claims.valid_until_s =
            static_cast<std::uint64_t>(seconds(china_midnight(*document.valid_until)) + 86'399);
    }
    claims.issued_at_s = static_cast<std::uint64_t>(seconds(document.issued_at));
    claims.type_code = document.type_code;
    claims.number = document.number;
    claims.record_hash = document.record_hash;
    return encode_qr_claims(claims);
}

signer::SealUse use_of(const Item& item) {
    const store::DocumentRow& document = item.answer.document;
    return {item.row.actor, document.type_code, document.template_version, document.id};
}

} // namespace

signer::SealQuestion Batch::question_of(const Item& item, signer::SealPurpose purpose) const {
    const Template& spec = item.ready->spec();
    return {purpose, department_, {item.row.actor, spec.type_code, spec.full_name(), {}}};
}

/// Before a number is drawn, which would stay void. The rows of a batch are of few types and one
/// caller: each kind of use is asked about once.
void Batch::ask_seals() {
    std::vector<signer::SealQuestion> questions;
    std::vector<std::pair<Item*, std::size_t>> waiting;
    for (Item& item : items_) {
        if (!item.open) {
            continue;
        }
        for (const auto purpose : {signer::SealPurpose::document, signer::SealPurpose::qr}) {
            const auto question = question_of(item, purpose);
            const auto known = std::find(questions.begin(), questions.end(), question);
            waiting.emplace_back(&item, known - questions.begin());
            if (known == questions.end()) {
                questions.push_back(question);
            }
        }
    }
    if (questions.empty()) {
        return;
    }
    auto rulings = desk_.parts.signer.permits(questions);
    for (const auto& [item, place] : waiting) {
        if (!rulings.ok()) {
            item->fail(rulings.error());
        } else if (item->open && rulings.value()[place].refused) {
            item->answer.seal = rulings.value()[place];
            item->close(Answer::Kind::seal_refused);
        }
    }
}

/// A seal may have been suspended since it was asked about: then the register says why once more.
void Batch::refuse_or_fail(Item& item, signer::SealPurpose purpose, const Error& error) {
    if (error.fault == Fault::forbidden) {
        const auto question = question_of(item, purpose);
        auto rulings = desk_.parts.signer.permits({&question, 1});
        if (rulings.ok() && rulings.value().front().refused) {
            item.answer.seal = std::move(rulings.value().front());
            item.close(Answer::Kind::seal_refused);
            return;
        }
    }
    item.fail(error);
}

/// All at once: the keys may be in another process.
void Batch::seal_codes() {
    std::vector<signer::QrOrder> orders;
    std::vector<Item*> waiting;
    for (Item& item : items_) {
        if (!item.open) {
            continue;
        }
        store::DocumentRow& document = item.answer.document;
        item.record = make_record(
            item.decision,
            {document.key, document.number, document.issued_at, document.department_name,
             department_, document.template_version, document.title, document.type_code,
             item.licence ? &*item.licence : nullptr,
             item.photo ? std::optional(sha256(item.photo->data)) : std::nullopt});
        document.record_hash = sha256(as_bytes(item.record));
        orders.push_back({document.key, make_claims(document), use_of(item)});
        waiting.push_back(&item);
    }
    auto sealed = desk_.parts.signer.seal_qrs(department_, orders);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (sealed[i].ok()) {
            waiting[i]->sealed_claims = std::move(sealed[i].value());
        } else {
            refuse_or_fail(*waiting[i], signer::SealPurpose::qr, sealed[i].error());
        }
    }
}

void Batch::intend_and_sign() {
    std::vector<store::Intent> intents;
    std::vector<Item*> waiting;
    intents.reserve(items_.size());
    waiting.reserve(items_.size());
    for (Item& item : items_) {
        if (item.open) {
            const store::DocumentRow& document = item.answer.document;
            intents.push_back({document.id, department_, document.number, document.template_version,
                               item.file.digest, document.issued_at, item.sequence,
                               item.sequence_value});
            waiting.push_back(&item);
        }
    }
    if (intents.empty()) {
        return;
    }
    auto tickets = desk_.parts.store.put_intents(intents);
    if (!tickets.ok()) {
        for (Item* const item : waiting) {
            item->fail(tickets.error());
        }
        return;
    }
    std::vector<DocumentId> abandoned;
    sign(waiting, std::move(tickets).value());
    check_output(waiting);
    for (const Item* const item : waiting) {
        if (!item->open) {
            abandoned.push_back(item->answer.document.id);
        }
    }
    close_intents(abandoned, "not signed");
}

void Batch::close_intents(const std::vector<DocumentId>& ids, std::string_view reason) {
    if (ids.empty()) {
        return;
    }
    const auto closed = desk_.parts.store.void_intents(ids, reason);
    if (!closed.ok()) {
        log::error("intent_left_open", {{"why", closed.error().detail}}); // recover() closes it
    }
}

void Batch::sign(std::span<Item* const> waiting, std::vector<SigningTicket> tickets) {
    std::vector<signer::DocumentOrder> orders;
    orders.reserve(tickets.size());
    for (std::size_t i = 0; i < tickets.size(); ++i) {
        orders.push_back({std::move(tickets[i]), use_of(*waiting[i])});
    }
    const auto made = desk_.parts.signer.sign_documents(department_, std::move(orders));
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (!made[i].ok()) {
            refuse_or_fail(*waiting[i], signer::SealPurpose::document, made[i].error());
            continue;
        }
        const auto inserted = insert_signature(waiting[i]->file, made[i].value());
        if (!inserted.ok()) {
            waiting[i]->fail(inserted.error());
        }
    }
}

} // namespace songda::issuer::detail

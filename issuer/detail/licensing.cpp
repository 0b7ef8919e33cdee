// What only licences need on their way over the desk.

#include "base/log.hpp"
#include "issuer/detail/batch.hpp"

namespace songda::issuer::detail {

Turn turn_of(const Decision& decision) {
    if (!decision.relates) {
        return Turn::plain;
    }
    return store::is_copy(decision.relates->kind) ? Turn::copies : Turn::superseding;
}

/// Only a decision that relates to another reads anything.
void Batch::check_licence(Item& item) {
    const Template& spec = item.ready->compiled->spec();
    std::vector<Finding>& findings = item.answer.findings;
    if (!spec.licence) {
        if (item.decision.long_term) {
            findings.push_back({"/valid_until", "choice", std::string(long_term_words),
                                "该文书应有截止日期", "this document must have a last day"});
        }
        if (!item.decision.transferred_from.empty()) {
            findings.push_back({"/transferred_from", "unknown", "", "该模板不出具电子证照",
                                "this template makes no licences"});
        }
        if (item.decision.relates) {
            findings.push_back({"/relates", "unknown", "", "该模板不出具电子证照，不与原文书关联",
                                "this template makes no licences, which alone relate to others"});
        }
        return;
    }
    std::optional<EarlierDocument> earlier;
    if (item.decision.relates) {
        const Relates& relates = *item.decision.relates;
        auto found = find_earlier_document(desk_.parts.store, department_, relates,
                                           desk_.templates.newest_version(relates.template_id));
        if (!found.ok()) {
            item.fail(found.error());
            return;
        }
        earlier = std::move(found).value();
    }
    item.licence = plan_licence({spec, department_, item.decision, china_date(item.now)},
                                std::move(earlier), desk_.parts.random, findings);
}

void Batch::check_photo(Item& item) {
    if (!item.open) {
        return;
    }
    const std::optional<PhotoPlace>& place = item.ready->compiled->spec().photo;
    const std::string& given = item.decision.photo.reveal();
    std::vector<Finding>& findings = item.answer.findings;
    if (!place) {
        if (!given.empty()) {
            findings.push_back({"/photo", "unknown", "", "该模板没有照片",
                                "this template has no place for a photo"});
        }
        return;
    }
    if (given.empty()) {
        findings.push_back({"/photo", "required", "", "缺少照片", "is missing"});
        return;
    }
    item.photo = take_photo(given, *place, findings);
}

/// After number and times are known.
void Batch::take_licence(Item& item) {
    if (!item.licence) {
        return;
    }
    store::DocumentRow& document = item.answer.document;
    document.identifier = item.licence->identifier;
    if (item.licence->earlier) {
        document.relation = {*item.licence->relation, item.licence->earlier->row.id};
    }
    item.licence_metadata =
        make_licence_metadata(*item.licence, item.ready->compiled->spec(), item.decision, document);
}

/// In the transaction of the new licence the earlier one ends.
void Batch::supersede(const Item& item, store::IssueWrite& write) const {
    if (!item.licence || !item.licence->earlier || item.licence->is_copy()) {
        return;
    }
    const store::DocumentRow& document = item.answer.document;
    const bool renewed = item.licence->operation == store::Operation::renewed;
    write.supersede = {{store::DocumentStatus::superseded, document.issued_at,
                        (renewed ? "延续，新证照编号 " : "变更，新证照编号 ") + document.number,
                        department_.text, item.licence->operation,
                        renewed ? "《中华人民共和国行政许可法》第五十条"
                                : "《中华人民共和国行政许可法》第四十九条"},
                       {document.issued_at, department_.text, "status_changed",
                        to_text(item.licence->earlier->row.id), "superseded"},
                       desk_.parts.follow_status};
}

} // namespace songda::issuer::detail

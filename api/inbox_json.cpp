#include "api/inbox_json.hpp"

#include <algorithm>

#include "api/answers.hpp"
#include "api/delivery_json.hpp"
#include "api/rating_json.hpp"
#include "api/remedies_json.hpp"
#include "api/service_json.hpp"
#include "base/json.hpp"
#include "delivery/rating.hpp"

namespace songda::api {
namespace {

/// What changed last, and why: the recipient is told the same by notice.
std::string change_json(const store::StatusChange& change) {
    std::string to;
    JsonObject object(to);
    object.text("at", to_rfc3339(change.at));
    object.text_if("operation_zh", store::operation_name_zh(change.operation));
    object.text("reason", change.reason);
    object.text_if("basis", change.basis);
    object.text_if("description", change.description);
    object.end();
    return to;
}

/// Who rated sees what they said; others whom the case concerns only that it was rated.
std::string shown_rating(const ApiParts& parts, const store::DocumentRow& document,
                         const std::vector<delivery::InboxDocument>& inbox) {
    const auto rating =
        parts.store.find_rating(document.department, delivery::rating_case(document));
    if (!rating.ok() || !rating.value()) {
        return "null";
    }
    const bool own = std::any_of(inbox.begin(), inbox.end(), [&](const auto& each) {
        return each.document.id == rating.value()->document;
    });
    return own ? rating_json(*rating.value()) : R"({"by_another":true})";
}

std::string document_json(const ApiParts& parts, const delivery::InboxDocument& entry,
                          const std::vector<delivery::InboxDocument>& inbox) {
    const store::DocumentRow& document = entry.document;
    const verifier::Report report = register_report(document, entry.status, parts.clock.now());
    std::string to;
    JsonObject object(to);
    object.text("id", to_text(document.id));
    object.text("title", document.title);
    object.text("number", document.number);
    object.text("issuer", document.department_name);
    object.text_if("decided_on", document.decided_on ? to_text(*document.decided_on) : "");
    object.text("issued_at", to_rfc3339(document.issued_at));
    object.text("status", verifier::reason_name(report.status.reason));
    if (entry.status.sequence > 1) {
        object.raw("changed", change_json(entry.status.change));
    }
    object.raw("sample", document.sample ? "true" : "false");
    if (entry.awaited) {
        object.text("awaits", level_name(*entry.awaited));
    } else {
        object.text("download", "/api/v1/inbox/files/" + to_text(document.id));
    }
    object.text("verify", "/v/" + to_text(document.key));
    object.raw("service", service_json(entry.service));
    if (const auto remedies = remedies_json(parts, document, entry.service)) {
        object.raw("remedies", *remedies);
    }
    if (entry.service.state == delivery::ServiceState::served && delivery::ends_case(document)) {
        object.raw("rating", shown_rating(parts, document, inbox));
    }
    object.raw("delivery", delivery_json(entry.legs, Reader::applicant));
    object.end();
    return to;
}

} // namespace

std::string inbox_json(const ApiParts& parts,
                       const std::vector<delivery::InboxDocument>& documents) {
    std::string to = "{\"documents\":";
    append_json_array(to, documents, [&](const delivery::InboxDocument& entry) {
        to += document_json(parts, entry, documents);
    });
    if (!parts.push_key.empty()) {
        to += R"(,"push_key":")" + parts.push_key + '"';
    }
    return to + '}';
}

} // namespace songda::api

// The counter 窗口领取: a clerk looked at somebody's identity document and hands the document out;
// by that it is served.

#include <array>

#include <rapidjson/document.h>

#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/service_json.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "delivery/hand_out.hpp"

namespace songda::api {
namespace {

using delivery::Collector;
using delivery::HandedOut;
using issuer::Finding;

constexpr std::size_t body_bytes_max = 4096;

Collector read_collector(const rapidjson::Value& body, std::vector<Finding>& findings) {
    static constexpr std::array<std::string_view, 10> members = {
        "collector", "identity", "number",      "name", "checked",
        "addressee", "mandate",  "mandate_day", "copy", "place"};
    refuse_others(body, members, findings);
    const auto text = [&](std::string_view member) {
        return std::string(member_text(body, member));
    };
    Collector collector;
    collector.capacity = text("collector");
    collector.identity = text("identity");
    collector.checked = text("checked");
    collector.number = Private<std::string>(text("number"));
    collector.name = Private<std::string>(text("name"));
    collector.addressee = Private<std::string>(text("addressee"));
    collector.mandate = text("mandate");
    collector.mandate_day = parse_date(text("mandate_day"));
    collector.place = text("place");
    const rapidjson::Value* const copy = find_member(body, "copy");
    if (copy != nullptr && copy->IsUint() && copy->GetUint() > 0) {
        collector.copy = copy->GetUint();
    } else if (copy != nullptr) {
        tell(findings, "copy", "kind", "应为纸质件的份号", "must be the number of a paper copy");
    }
    return collector;
}

http::Response refused(const std::vector<Finding>& findings) {
    return refused_for("collection-refused", "领取登记的内容不符合要求",
                       "The record of the collection breaks rules; each is listed.", findings);
}

http::Response conflict(std::string_view code, std::string_view zh, std::string_view en,
                        std::string detail = {}) {
    return problem_response({409, code, zh, en, std::move(detail)});
}

http::Response collected(const ApiParts& parts, const store::DocumentRow& document,
                         const HandedOut& done) {
    const auto service = delivery::find_service_case(parts.store, document, parts.clock.now());
    if (!service.ok()) {
        return problem_response(problem_of(service.error()));
    }
    std::string to;
    JsonObject object(to);
    object.text("collected_at", to_rfc3339(done.at));
    object.raw("collected", done.detail);
    object.raw("service", service_json(service.value()));
    object.end();
    return json_response(done.kind == HandedOut::Kind::collected ? 201 : 200, std::move(to));
}

http::Response answer_of(const ApiParts& parts, const store::DocumentRow& document,
                         const HandedOut& done) {
    using Kind = HandedOut::Kind;
    switch (done.kind) {
    case Kind::collected:
    case Kind::repeated: return collected(parts, document, done);
    case Kind::already:
        return conflict("collected-already", "这份文书已被领取",
                        "This document has been collected.", "collected at " + to_rfc3339(done.at));
    case Kind::stranger:
        return problem_response(
            {403, "not-the-addressee",
             "所示证件与受送达人不一致，不能领取；请核对证件号码，代领的请填写受送达人的证件号码"
             "或统一社会信用代码",
             "The identity is not the addressee's; nothing is handed out. Check "
             "the number; of an agent give the addressee's code."});
    case Kind::not_valid:
        return conflict("document-not-valid", "文书现不处于有效状态，不能领取",
                        "The document does not hold now; it is not handed out.");
    case Kind::level_awaited:
        return conflict("level-awaited", "文书已签发，正在加盖可信时间戳，完成后即可领取",
                        "The document is signed and waits for its trusted time-stamp.");
    case Kind::at_kiosk:
        return conflict("being-printed", "自助机正在打印这份文书，请稍候",
                        "A kiosk prints this document at this moment.");
    case Kind::no_copy:
        return conflict("no-paper-copy", "没有这份纸质件，或已作废",
                        "There is no such paper copy, or it is revoked.");
    case Kind::nobody:
        return conflict("no-addressee", "这份文书没有送达对象，无从核对身份",
                        "The document goes to nobody; there is no addressee to compare with.");
    }
    return problem_response(problem_of(Error{Fault::internal, "a hand-out that has no name"}));
}

http::Response collect(const ApiParts& parts, const store::DocumentRow& document,
                       const http::Request& request, const Principal& principal) {
    const auto key = idempotency_key(request);
    if (!key || key->empty()) {
        return key ? problem_response(key_missing()) : malformed_key();
    }
    const auto body = object_body(request);
    if (!body) {
        return refusal_response(400, "the body is no JSON object");
    }
    std::vector<Finding> findings;
    Collector collector = read_collector(body->root(), findings);
    collector.key = *key;
    const TimeMs now = parts.clock.now();
    for (const delivery::CollectorFault& fault :
         delivery::check_collector(collector, china_date(now))) {
        tell(findings, fault.member, fault.rule, fault.zh, fault.en);
    }
    if (!findings.empty()) {
        return refused(findings);
    }
    const auto done = delivery::hand_out({parts.store, parts.applicant_keys, parts.random, now},
                                         {document, collector, principal.actor});
    return done.ok() ? answer_of(parts, document, done.value())
                     : problem_response(problem_of(done.error()));
}

} // namespace

void add_collection_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     "/api/v1/documents/{id}/collection",
                                     Policy::issue,
                                     body_bytes_max,
                                     http::Place::worker,
                                     {},
                                     "application/json"},
                                    &collect));
}

} // namespace songda::api

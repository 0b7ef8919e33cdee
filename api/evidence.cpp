// What stands in court: the package of a document's evidence, and the receipt of its service.

#include "api/answers.hpp"
#include "api/own_document.hpp"
#include "api/problem.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "delivery/service_receipt.hpp"
#include "verifier/record_of.hpp"

namespace songda::api {
namespace {

http::Response download_evidence(const ApiParts& parts, const store::DocumentRow& document,
                                 const http::Request& /*request*/, const Principal& /*principal*/) {
    auto package = parts.evidence_package ? parts.evidence_package(document)
                                          : Result<Bytes>(Error{Fault::unavailable, "no evidence"});
    if (!package.ok()) {
        return problem_response(problem_of(package.error()));
    }
    http::Response response;
    response.content_type = "application/zip";
    response.body = std::string(as_text(package.value()));
    response.headers = {{"Content-Disposition",
                         "attachment; filename=\"evidence-" + to_text(document.key) + ".zip\""},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Cache-Control", "private, no-store"}};
    return response;
}

http::Response refuse_receipt(const Error& why) {
    switch (why.fault) {
    case Fault::conflict:
        return problem_response({409, "not-served", "文书尚未送达，不能出具送达回证",
                                 "The document is not served; there is nothing to attest yet."});
    case Fault::invalid_input:
        return problem_response(
            {422, "receipt-by-hand",
             "送达记录应写明且只写明一种送达方式（直接、留置、电子、委托、邮寄、转交、公告送达）；"
             "请由送达人按送达回证模板填写",
             "How it was served is not on record in a way that a receipt can say: the entry of "
             "service by hand names exactly one of 直接送达, 留置送达, 电子送达, 委托送达, "
             "邮寄送达, 转交送达 and 公告送达. Issue one from the template service-receipt."});
    default: return problem_response(problem_of(why));
    }
}

http::Response tell_receipt(const store::DocumentRow& receipt, const store::DocumentRow& of,
                            bool replayed) {
    const std::string id = to_text(receipt.id);
    std::string body;
    JsonObject object(body);
    object.text("id", id);
    object.text("key", to_text(receipt.key));
    object.text("number", receipt.number);
    object.text("title", receipt.title);
    object.text("of", to_text(of.id));
    object.text("file", "/api/v1/documents/" + id + "/file");
    object.end();
    http::Response response = json_response(201, std::move(body));
    response.headers.emplace_back("Location", "/api/v1/documents/" + id);
    if (replayed) {
        response.headers.emplace_back("Idempotency-Replayed", "true");
    }
    return response;
}

http::Response issue_receipt(const ApiParts& parts, const store::DocumentRow& document,
                             const http::Request& /*request*/, const Principal& principal) {
    const auto issued = parts.store.read_issued(document);
    if (!issued.ok()) {
        return problem_response(problem_of(issued.error()));
    }
    const auto record = verifier::record_of(issued.value());
    const auto decision = record ? delivery::decide_receipt(parts.store, document, as_text(*record),
                                                            parts.clock.now())
                                 : Error{Fault::corrupt, "the file has no record"};
    if (!decision.ok()) {
        return refuse_receipt(decision.error());
    }
    if (decision.value().issued) {
        return tell_receipt(*decision.value().issued, document, true);
    }
    const issuer::Row row{
        decision.value().json, decision.value().idempotency_key, {}, principal.actor};
    const issuer::Answer answer = parts.issuer.issue(document.department, {&row, 1}).front();
    if (answer.kind != issuer::Answer::Kind::issued &&
        answer.kind != issuer::Answer::Kind::replayed) {
        return problem_response(problem_of_answer(answer));
    }
    return tell_receipt(answer.document, document, answer.kind == issuer::Answer::Kind::replayed);
}

} // namespace

void add_evidence_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back(own_document_route(
        parts, {"GET", "/api/v1/documents/{id}/evidence", Policy::read, 0, http::Place::worker, {}},
        &download_evidence));
    to.push_back(own_document_route(parts,
                                    {"POST",
                                     "/api/v1/documents/{id}/service-receipt",
                                     Policy::issue,
                                     0,
                                     http::Place::worker,
                                     {}},
                                    &issue_receipt));
}

} // namespace songda::api

#include "api/kiosks.hpp"

#include <rapidjson/document.h>

#include "api/paper_words.hpp"
#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/kiosk/register.hpp"

namespace songda::api {
namespace {

using delivery::KioskDesk;
using store::KioskRow;

constexpr std::size_t small_body_max = 8192; ///< tokens of a session are long
constexpr std::size_t request_body_max = 16U << 10U;
constexpr std::size_t words_max = 200;

using Handle = http::Response (*)(const KioskParts&, const KioskRow&, const rapidjson::Value&);

http::Response stranger() {
    return problem_response(
        {401, "kiosk-unknown", "本设备未登记、已停用，或证书已失效",
         "This device is not registered, is revoked, or its certificate is over."});
}

http::Response refused(int status, std::string_view code, std::string_view zh,
                       std::string_view en) {
    return problem_response({status, code, zh, en});
}

/// Asked at each request: a kiosk that was revoked a moment ago is nobody now.
http::Response for_kiosk(const KioskParts& parts, const http::Request& request, Handle handle) {
    if (!request.client_certificate) {
        return stranger();
    }
    const auto kiosk =
        delivery::find_by_certificate(parts.store, *request.client_certificate, parts.clock.now());
    if (!kiosk.ok()) {
        return problem_response(problem_of(kiosk.error()));
    }
    if (!kiosk.value()) {
        return stranger();
    }
    const auto body = object_body(request);
    return body ? handle(parts, *kiosk.value(), body->root())
                : refusal_response(400, "the body is no JSON object");
}

/// The kiosk's row as it is to be, with its new certificate, in one commit.
http::Response certify(const KioskParts& parts, const KioskRow& before, const KioskRow& after,
                       std::string_view request, std::string_view action) {
    const TimeMs now = parts.clock.now();
    const auto made = parts.certify(request, after.id);
    if (!made.ok() && made.error().fault == Fault::invalid_input) {
        return refused(422, "certificate-request",
                       "证书请求（request）应为 PEM 格式的 PKCS#10，密钥为 P-256",
                       "The request must be a PKCS#10 in PEM with a P-256 key.");
    }
    if (!made.ok()) {
        return problem_response(problem_of(made.error()));
    }
    const store::KioskCertificate certificate{made.value().digest, after.id, now,
                                              made.value().expires};
    const auto stepped =
        parts.store.step_kiosk(before, after, certificate,
                               {now, delivery::kiosk_actor(after), std::string(action),
                                to_hex(after.id.view()), to_rfc3339(made.value().expires)});
    if (!stepped.ok()) {
        return problem_response(problem_of(stepped.error()));
    }
    if (!stepped.value()) {
        return stranger(); // revoked, or enrolled by somebody else, in this moment
    }
    std::string to;
    JsonObject object(to);
    object.text("kiosk", to_hex(after.id.view()));
    object.text("site", after.site);
    object.text("place", after.place);
    object.text("certificate", made.value().pem);
    object.text("expires", to_rfc3339(made.value().expires));
    object.end();
    return json_response(201, std::move(to));
}

http::Response enrol(const KioskParts& parts, const http::Request& request) {
    const auto body = object_body(request);
    if (!body) {
        return refusal_response(400, "the body is no JSON object");
    }
    const auto kiosk = delivery::find_enrolling(
        parts.store, parts.desk.tokens(), member_text(body->root(), "serial"),
        member_text(body->root(), "code"), parts.clock.now());
    if (!kiosk.ok()) {
        return problem_response(problem_of(kiosk.error()));
    }
    if (!kiosk.value()) {
        log::warning("kiosk_enrolment_refused", {{"peer", request.peer}});
        return refused(403, "enrolment-refused", "登记码或序列号不对，或登记码已失效",
                       "The code or the serial is wrong, or the code is no longer good.");
    }
    KioskRow after = *kiosk.value();
    after.code_until.reset();
    return certify(parts, *kiosk.value(), after, member_text(body->root(), "request"),
                   "kiosk_enrolled");
}

http::Response renew(const KioskParts& parts, const KioskRow& kiosk, const rapidjson::Value& body) {
    return certify(parts, kiosk, kiosk, member_text(body, "request"), "kiosk_renewed");
}

std::string short_text(const rapidjson::Value& body, std::string_view member) {
    const std::string_view text = member_text(body, member);
    return is_said(text, words_max) ? std::string(text) : "";
}

http::Response heartbeat(const KioskParts& parts, const KioskRow& kiosk,
                         const rapidjson::Value& body) {
    const TimeMs now = parts.clock.now();
    const auto clock = parse_rfc3339(member_text(body, "clock"));
    const store::KioskSeen seen{kiosk.id, now, clock.value_or(TimeMs{}),
                                short_text(body, "software"), short_text(body, "printer")};
    const auto noted = parts.store.note_kiosk(seen);
    if (!noted.ok()) {
        return problem_response(problem_of(noted.error()));
    }
    parts.metrics
        .counter("songda_kiosk_heartbeats_total", "Heartbeats of kiosks.", {{"site", kiosk.site}})
        .add();
    const std::int64_t off = clock ? *clock - now : delivery::clock_off_ms + 1;
    if (off > delivery::clock_off_ms || off < -delivery::clock_off_ms) {
        log::warning("kiosk_clock_off", {{"kiosk", delivery::kiosk_actor(kiosk)},
                                         {"milliseconds", std::to_string(off)}});
    }
    std::string to;
    JsonObject object(to);
    object.text("time", to_rfc3339(now));
    object.text("site", kiosk.site);
    object.text("place", kiosk.place);
    object.end();
    return json_response(200, std::move(to));
}

delivery::Collector read_collector(const KioskRow& kiosk, const rapidjson::Value& body) {
    const auto text = [&](std::string_view member) {
        return std::string(member_text(body, member));
    };
    delivery::Collector collector;
    collector.capacity = "self";
    collector.identity = text("identity");
    collector.checked = text("checked");
    collector.number = Private<std::string>(text("number"));
    collector.name = Private<std::string>(text("name"));
    collector.place = kiosk.place;
    return collector;
}

http::Response open_desk(const KioskParts& parts, const KioskRow& kiosk,
                         const rapidjson::Value& body) {
    const delivery::Collector collector = read_collector(kiosk, body);
    if (!delivery::is_check_of_device(collector.checked) ||
        !delivery::check_collector(collector, china_date(parts.clock.now())).empty()) {
        return refused(422, "identity-missing", "没有读到完整的证件信息，请重新刷证",
                       "The identity was not read; please present it again.");
    }
    const auto opened = parts.desk.open(kiosk, collector, member_text(body, "code"));
    if (!opened.ok()) {
        return problem_response(problem_of(opened.error()));
    }
    if (!opened.value()) {
        return refused(403, "identity-or-code-wrong",
                       "证件或领取码不对，或没有可领取的文书；多次不对请到窗口办理",
                       "The identity or the code is wrong, or nothing is ready; after several "
                       "tries please go to the counter.");
    }
    std::string to;
    JsonObject object(to);
    object.text("session", opened.value()->session);
    object.begin("documents");
    append_json_array(to, opened.value()->documents, [&](const store::DocumentRow& document) {
        JsonObject row(to);
        row.text("id", to_text(document.id));
        row.text("title", document.title);
        row.text("number", document.number);
        row.text("issuer", document.department_name);
        row.text("issued_at", to_rfc3339(document.issued_at));
        row.end();
    });
    object.end();
    return json_response(200, std::move(to));
}

http::Response not_taken(KioskDesk::Taken::Kind kind) {
    using Kind = KioskDesk::Taken::Kind;
    switch (kind) {
    case Kind::taken:
    case Kind::ended:
        return refused(403, "session-ended", "操作已超时，请重新刷证",
                       "The session has ended; please begin again.");
    case Kind::absent:
        return refused(404, "not-ready", "这份文书现在不能在本机领取",
                       "This document is not ready at this kiosk.");
    case Kind::busy:
        return refused(409, "being-printed", "这份文书正在打印，请稍候",
                       "This document is being printed; please wait.");
    case Kind::too_many:
        return refused(409, "printing-failed", "这份文书多次打印失败，请到窗口领取",
                       "Printing it failed too often; please go to the counter.");
    }
    return refusal_response(500, "a defect of ours");
}

http::Response release(const KioskParts& parts, const KioskRow& kiosk,
                       const rapidjson::Value& body) {
    const auto id = parse_document_id(member_text(body, "document"));
    auto taken = parts.desk.take(kiosk, member_text(body, "session"), id.value_or(DocumentId{}));
    if (!taken.ok()) {
        return problem_response(problem_of(taken.error()));
    }
    if (taken.value().kind != KioskDesk::Taken::Kind::taken) {
        return not_taken(taken.value().kind);
    }
    delivery::KioskRelease& leave = taken.value().release;
    const auto file =
        parts.issuer.print(*taken.value().document, words_of_copy(leave.copy, *taken.value().copy));
    if (!file.ok()) {
        const auto withdrawn = parts.desk.withdraw(kiosk, leave);
        return problem_response(problem_of(withdrawn.ok() ? file.error() : withdrawn.error()));
    }
    leave.file = sha256(file.value().file);
    leave.pages = file.value().pages;
    std::string to;
    JsonObject object(to);
    object.text("release", parts.desk.tokens().write(leave));
    object.raw("copy", std::to_string(leave.copy));
    object.raw("pages", std::to_string(leave.pages));
    object.text("job", to_text(leave.leg) + '-' + std::to_string(leave.copy));
    object.text("sha256", to_hex(leave.file));
    object.text("until", to_rfc3339(leave.until));
    object.end();
    return json_response(201, std::move(to));
}

http::Response no_release() {
    return refused(404, "no-such-release", "打印许可已失效", "The release is not good any more.");
}

http::Response send_file(const KioskParts& parts, const KioskRow& kiosk,
                         const rapidjson::Value& body) {
    const auto leave = parts.desk.find_release(kiosk, member_text(body, "release"));
    if (!leave.ok()) {
        return problem_response(problem_of(leave.error()));
    }
    if (!leave.value()) {
        return no_release();
    }
    const auto document = parts.store.find_document(leave.value()->document);
    const auto copies = parts.store.paper_copies(leave.value()->document);
    if (!document.ok() || !copies.ok()) {
        return problem_response(problem_of(document.ok() ? copies.error() : document.error()));
    }
    const std::uint32_t number = leave.value()->copy;
    if (!document.value() || number == 0 || number > copies.value().size()) {
        return no_release();
    }
    const auto file =
        parts.issuer.print(*document.value(), words_of_copy(number, copies.value()[number - 1]));
    if (!file.ok()) {
        return problem_response(problem_of(file.error()));
    }
    if (sha256(file.value().file) != leave.value()->file) {
        return no_release(); // it got another revision meanwhile: take it anew
    }
    const auto noted = parts.desk.note_sent(*leave.value());
    if (!noted.ok()) {
        return problem_response(problem_of(noted.error()));
    }
    http::Response response;
    response.content_type = "application/pdf";
    response.headers = {{"Cache-Control", "no-store"}};
    response.body = as_text(file.value().file);
    return response;
}

delivery::PrintResult read_result(const rapidjson::Value& body) {
    delivery::PrintResult result;
    const rapidjson::Value* const sheets = find_member(body, "sheets");
    const rapidjson::Value* const confirmed = find_member(body, "confirmed");
    result.sheets = sheets != nullptr && sheets->IsUint() ? sheets->GetUint() : 0;
    result.confirmed = confirmed != nullptr && confirmed->IsTrue();
    const std::string_view failure = member_text(body, "failure");
    result.failure = is_said(failure, words_max) ? std::string(failure) : "";
    return result;
}

http::Response finish(const KioskParts& parts, const KioskRow& kiosk,
                      const rapidjson::Value& body) {
    using Finished = KioskDesk::Finished;
    const auto done = parts.desk.finish(kiosk, member_text(body, "release"), read_result(body));
    if (!done.ok()) {
        return problem_response(problem_of(done.error()));
    }
    switch (done.value()) {
    case Finished::collected: return json_response(200, R"({"state":"collected"})");
    case Finished::returned: return json_response(200, R"({"state":"returned"})");
    case Finished::unknown: return no_release();
    case Finished::moved:
        return refused(409, "collected-already", "这份文书已被领取或撤回，所打印的纸质件作废",
                       "It was collected or withdrawn meanwhile; the printed copy is void.");
    }
    return refusal_response(500, "a defect of ours");
}

} // namespace

std::vector<http::Route> make_kiosk_routes(const KioskParts& parts) {
    const std::string base = "/api/v1/kiosks/";
    std::vector<http::Route> routes;
    routes.push_back({"POST", base + "enrolment", request_body_max, http::Place::worker,
                      [&parts](const http::Request& request) { return enrol(parts, request); }});
    const auto add = [&](const std::string& name, std::size_t body_max, Handle handle) {
        routes.push_back({"POST", base + name, body_max, http::Place::worker,
                          [&parts, handle](const http::Request& request) {
                              return for_kiosk(parts, request, handle);
                          }});
    };
    add("renewal", request_body_max, &renew);
    add("heartbeat", small_body_max, &heartbeat);
    add("openings", small_body_max, &open_desk);
    add("releases", small_body_max, &release);
    add("files", small_body_max, &send_file);
    add("results", small_body_max, &finish);
    return routes;
}

} // namespace songda::api

#include "app/kiosk/device.hpp"

#include <filesystem>
#include <thread>

#include <rapidjson/document.h>

#include "base/certificate.hpp"
#include "base/durable_file.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/open_file.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "http/client.hpp"
#include "signer/pki/key_file.hpp"
#include "signer/pki/profile.hpp"

namespace songda::app {
namespace {

constexpr std::chrono::seconds between_beats{30};
constexpr std::chrono::seconds wait_max{30};
constexpr std::chrono::seconds between_tries{2};
/// At a printer that is busy: with the time of a print, well inside the lock.
constexpr int busy_tries = 8;
constexpr std::size_t pem_max = std::size_t{16} << 10U;
constexpr const char* software = "songda-kiosk 1";

http::Response json_answer(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.content_type = "application/json";
    response.headers = {{"Cache-Control", "no-store"}};
    response.body = std::move(body);
    return response;
}

http::Response offline() {
    return json_answer(503, R"({"state":"offline"})");
}

/// It knows, or wants to hear no more of it. A refusal of the device itself is none of these: the
/// result is told when it is trusted again.
bool is_told(const http::Response& answer) {
    return answer.status == 200 || answer.status == 404 || answer.status == 409;
}

http::Response state(std::string_view word, std::string_view reason = {}) {
    std::string to;
    JsonObject object(to);
    object.text("state", word);
    object.text_if("reason", reason);
    object.end();
    return json_answer(200, std::move(to));
}

std::string text_in(const std::string& body, std::string_view member) {
    const auto parsed = parse_json(body);
    return parsed.ok() ? std::string(member_text(parsed.value().root(), member)) : "";
}

std::uint32_t number_in(const std::string& body, std::string_view member) {
    const auto parsed = parse_json(body);
    const rapidjson::Value* const found =
        parsed.ok() ? find_member(parsed.value().root(), member) : nullptr;
    return found != nullptr && found->IsUint() ? found->GetUint() : 0;
}

template <class... Pairs>
std::string object_of(const Pairs&... pairs) {
    std::string to;
    JsonObject object(to);
    (object.text(pairs.first, pairs.second), ...);
    object.end();
    return to;
}
std::pair<std::string_view, std::string_view> pair(std::string_view name, std::string_view value) {
    return {name, value};
}

} // namespace

Result<std::unique_ptr<KioskDevice>> KioskDevice::open(const DeviceConfig& config,
                                                       const Clock& clock) {
    printing::Printer::Options options;
    options.uri = config.printer;
    auto printer = printing::Printer::make(std::move(options));
    if (!printer.ok()) {
        return printer.error();
    }
    return std::unique_ptr<KioskDevice>(new KioskDevice(config, std::move(printer).value(), clock));
}

http::Response KioskDevice::ask(const std::string& name, std::string body,
                                bool with_certificate) const {
    http::ClientOptions options;
    options.address = config_.address;
    options.port = config_.port;
    options.host = config_.host;
    options.time = wait_max;
    options.tls = http::ClientTls{config_.ca_file, with_certificate ? path("device.pem") : "",
                                  with_certificate ? path("device.pem") : ""};
    auto client = http::Client::connect(options);
    if (!client.ok()) {
        log::warning("door_unreachable", {{"why", client.error().detail}});
        return json_answer(0, "");
    }
    auto answer = client.value().send("POST", "/api/v1/kiosks/" + name,
                                      {{"Content-Type", "application/json"}}, std::move(body));
    return answer.ok() ? std::move(answer).value() : json_answer(0, "");
}

/// PKCS#10 of a key that was never used.
Result<std::string> KioskDevice::make_request() const {
    std::error_code ignored;
    std::filesystem::remove(path("next.key"), ignored);
    const auto key = signer::keep_key(path("next.key"), signer::Passphrase());
    if (!key.ok()) {
        return key.error();
    }
    signer::Names names;
    names.common_name = config_.serial;
    const auto name = signer::make_name(names);
    return name.ok() ? signer::write_request(key.value().get(), name.value().get())
                     : Result<std::string>(name.error());
}

/// In one file with its key, so that no crash leaves one without the other.
Result<void> KioskDevice::keep_certificate(const std::string& answer) const {
    const std::string certificate = text_in(answer, "certificate");
    if (certificate.empty()) {
        return Error{Fault::corrupt, "no certificate came"};
    }
    const auto key = read_whole(path("next.key"), pem_max);
    if (!key.ok()) {
        return key.error();
    }
    const auto kept =
        replace_file(path("device.pem"), certificate + std::string(as_text(key.value())));
    std::error_code ignored;
    std::filesystem::remove(path("next.key"), ignored);
    return kept;
}

Result<void> KioskDevice::enrol(const std::string& code) {
    const auto request = make_request();
    if (!request.ok()) {
        return request.error();
    }
    const http::Response answer = ask("enrolment",
                                      object_of(pair("serial", config_.serial), pair("code", code),
                                                pair("request", request.value())),
                                      false);
    if (answer.status != 201) {
        return Error{answer.status == 403 ? Fault::forbidden : Fault::unavailable,
                     answer.status == 0 ? "the kiosks' door does not answer"
                                        : text_in(answer.body, "title")};
    }
    return keep_certificate(answer.body);
}

void KioskDevice::renew_if_due() const {
    const auto own = read_certificates(path("device.pem"));
    if (!own.ok()) {
        return;
    }
    const Validity validity = validity_of(own.value().front().get());
    const std::int64_t life = validity.not_after - validity.not_before;
    if (validity.not_after - clock_.now() > life / 3) {
        return;
    }
    const auto request = make_request();
    if (!request.ok()) {
        return;
    }
    const http::Response answer = ask("renewal", object_of(pair("request", request.value())));
    const auto kept = answer.status == 201 ? keep_certificate(answer.body)
                                           : Result<void>(Error{Fault::unavailable, "refused"});
    if (!kept.ok()) {
        log::warning("renewal_failed", {{"why", kept.error().detail}});
    }
}

std::string KioskDevice::printer_words() const {
    const auto printer = printer_.look();
    return printer.ok() ? printer.value().words() : "gone";
}

bool KioskDevice::beat() {
    const std::string words = printer_words();
    const http::Response answer = ask(
        "heartbeat", object_of(pair("software", software), pair("clock", to_rfc3339(clock_.now())),
                               pair("printer", words)));
    {
        const std::scoped_lock lock(mutex_);
        online_ = answer.status == 200;
        printer_words_ = words;
        place_ = online_ ? text_in(answer.body, "place") : place_;
    }
    look_for_lost();
    if (answer.status == 200) {
        tell_again();
        renew_if_due();
    }
    return answer.status == 200;
}

void KioskDevice::start() {
    thread_.start([this] {
        (void)beat();
        return between_beats;
    });
}

http::Response KioskDevice::open_desk(const std::string& body) {
    const std::uint64_t visit = begin_visit();
    const auto said = parse_json(body);
    const auto text = [&](std::string_view member) {
        return said.ok() ? member_text(said.value().root(), member) : std::string_view();
    };
    const std::string_view identity = text("identity");
    http::Response answer =
        ask("openings", object_of(pair("number", text("number")), pair("name", text("name")),
                                  pair("identity", identity.empty() ? config_.identity : identity),
                                  pair("checked", config_.checked), pair("code", text("code"))));
    if (answer.status == 0) {
        return offline();
    }
    if (answer.status != 200) {
        return json_answer(answer.status, std::move(answer.body));
    }
    const std::string session = text_in(answer.body, "session");
    const std::size_t list = answer.body.find("\"documents\":");
    if (session.empty() || list == std::string::npos) {
        return offline();
    }
    const std::scoped_lock lock(mutex_);
    if (visit_ != visit) { // whoever asked has left: this is no session of the next one
        return json_answer(403, R"({"state":"ended"})");
    }
    session_ = session;
    return json_answer(200, '{' + answer.body.substr(list)); // the last member of the answer
}

http::Response KioskDevice::print(const std::string& document) {
    std::string session;
    std::uint64_t visit = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (printing_ || printed_) {
            return state("busy");
        }
        printing_ = true;
        session = session_;
        visit = visit_;
    }
    http::Response response = settle_lost() ? print_for(visit, session, document) : state("busy");
    const std::scoped_lock lock(mutex_);
    printing_ = false;
    return response;
}

http::Response KioskDevice::print_for(std::uint64_t visit, const std::string& session,
                                      const std::string& document) {
    const http::Response leave =
        ask("releases", object_of(pair("session", session), pair("document", document)));
    if (leave.status != 201) {
        return leave.status == 0 ? offline() : json_answer(leave.status, leave.body);
    }
    const std::string release = text_in(leave.body, "release");
    const http::Response file = ask("files", object_of(pair("release", release)));
    if (file.status != 200 ||
        to_hex(sha256(as_bytes(file.body))) != text_in(leave.body, "sha256")) {
        (void)tell_result(release, 0, false, "file");
        return state("failed", "file");
    }
    if (!is_here(visit)) {
        (void)tell_result(release, 0, false, "not_taken");
        return state("ended");
    }
    printing::PrintOrder order;
    order.name = text_in(leave.body, "job");
    order.pdf = as_bytes(file.body); // in memory only
    order.two_sided = config_.two_sided;
    return print_file(visit, {release, number_in(leave.body, "pages")}, order);
}

http::Response KioskDevice::print_file(std::uint64_t visit, const Leave& leave,
                                       const printing::PrintOrder& order) {
    using Kind = printing::PrintOutcome::Kind;
    printing::PrintOutcome outcome = printer_.print(order);
    for (int tries = 0; outcome.kind == Kind::busy && tries < busy_tries; ++tries) {
        std::this_thread::sleep_for(between_tries);
        outcome = printer_.print(order);
    }
    if (outcome.kind == Kind::unknown) {
        const std::scoped_lock lock(mutex_);
        lost_ = Lost{leave.release, order.name};
        return state("failed", outcome.reason);
    }
    if (outcome.kind != Kind::printed) {
        (void)tell_result(leave.release, outcome.sheets, false,
                          outcome.reason.empty() ? "printer_failed" : outcome.reason);
        return outcome.kind == Kind::busy ? state("busy") : state("failed", outcome.reason);
    }
    if (outcome.sheets < leave.pages) { // a licence of which a page is missing is none
        (void)tell_result(leave.release, outcome.sheets, false, "pages_missing");
        return state("failed", "pages_missing");
    }
    bool here = false;
    {
        const std::scoped_lock lock(mutex_);
        here = visit_ == visit;
        if (here) {
            printed_ = Printed{leave.release, outcome.sheets};
        }
    }
    if (!here) { // the next one is not asked about this paper
        (void)tell_result(leave.release, outcome.sheets, false, "not_taken");
        return state("ended");
    }
    std::string to;
    JsonObject object(to);
    object.text("state", "printed");
    object.raw("sheets", std::to_string(outcome.sheets));
    object.end();
    return json_answer(200, std::move(to));
}

/// False: nobody knows yet what became of that paper. Asked by whoever holds `printing_`.
bool KioskDevice::settle_lost() {
    std::optional<Lost> lost;
    {
        const std::scoped_lock lock(mutex_);
        lost = lost_;
    }
    if (!lost) {
        return true;
    }
    const printing::PrintOutcome outcome = printer_.look_for(lost->job);
    if (outcome.kind == printing::PrintOutcome::Kind::unknown) {
        return false;
    }
    log::info("lost_job_found", {{"job", lost->job}, {"sheets", std::to_string(outcome.sheets)}});
    // Whatever came out, came when nobody was told to take it.
    (void)tell_result(lost->release, outcome.sheets, false,
                      outcome.reason.empty() ? "printer_gone" : outcome.reason);
    const std::scoped_lock lock(mutex_);
    lost_.reset();
    return true;
}

void KioskDevice::look_for_lost() {
    {
        const std::scoped_lock lock(mutex_);
        if (!lost_ || printing_) {
            return;
        }
        printing_ = true;
    }
    (void)settle_lost();
    const std::scoped_lock lock(mutex_);
    printing_ = false;
}

http::Response KioskDevice::confirm(bool taken) {
    std::optional<Printed> printed;
    {
        const std::scoped_lock lock(mutex_);
        printed.swap(printed_);
    }
    if (!printed) {
        return state("nothing");
    }
    const http::Response answer =
        tell_result(printed->release, printed->sheets, taken, taken ? "" : "not_taken");
    return is_told(answer) ? json_answer(answer.status, answer.body) : state("kept");
}

http::Response KioskDevice::tell_result(const std::string& release, std::uint32_t sheets,
                                        bool taken, const std::string& failure) {
    std::string body;
    JsonObject object(body);
    object.text("release", release);
    object.raw("sheets", std::to_string(sheets));
    object.raw("confirmed", taken ? "true" : "false");
    object.text_if("failure", failure);
    object.end();
    const std::scoped_lock telling(telling_);
    const std::string kept = path("untold-" + to_hex(ByteView(sha256(as_bytes(release))).first(8)));
    const auto written = replace_file(kept, body);
    if (!written.ok()) {
        log::error("result_not_kept", {{"why", written.error().detail}});
    }
    http::Response answer = ask("results", body);
    if (is_told(answer)) {
        std::error_code ignored;
        std::filesystem::remove(kept, ignored);
    }
    return answer;
}

void KioskDevice::tell_again() {
    const std::scoped_lock telling(telling_);
    std::error_code failure;
    for (const auto& each : std::filesystem::directory_iterator(config_.folder, failure)) {
        const std::string name = each.path().filename().string();
        if (!name.starts_with("untold-") || name.ends_with(".new")) {
            continue;
        }
        const auto body = read_whole(each.path().string(), std::size_t{16} << 10U);
        if (!body.ok()) {
            continue;
        }
        const http::Response answer = ask("results", std::string(as_text(body.value())));
        if (is_told(answer)) {
            std::filesystem::remove(each.path(), failure);
            log::info("result_told_late", {{"status", std::to_string(answer.status)}});
        }
    }
}

/// Its number, which changes first: paper that comes from then on is nobody's.
std::uint64_t KioskDevice::begin_visit() {
    std::uint64_t visit = 0;
    {
        const std::scoped_lock lock(mutex_);
        session_.clear();
        visit = ++visit_;
    }
    (void)confirm(false); // whoever left took nothing that anybody saw
    return visit;
}

bool KioskDevice::is_here(std::uint64_t visit) const {
    const std::scoped_lock lock(mutex_);
    return visit_ == visit;
}

void KioskDevice::end_session() {
    (void)begin_visit();
}

std::string KioskDevice::standing() const {
    const std::scoped_lock lock(mutex_);
    std::string to;
    JsonObject object(to);
    object.raw("online", online_ ? "true" : "false");
    object.text("printer", printer_words_);
    object.text("place", place_);
    object.end();
    return to;
}

} // namespace songda::app

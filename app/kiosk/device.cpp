#include "app/kiosk/device.hpp"

#include <filesystem>

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
                                  with_certificate ? path("device.key") : ""};
    auto client = http::Client::connect(options);
    if (!client.ok()) {
        log::warning("door_unreachable", {{"why", client.error().detail}});
        return json_answer(0, "");
    }
    auto answer = client.value().send("POST", "/api/v1/kiosks/" + name,
                                      {{"Content-Type", "application/json"}}, std::move(body));
    return answer.ok() ? std::move(answer).value() : json_answer(0, "");
}

/// PKCS#10 of the device's key, which is made at the first time and stays.
Result<std::string> KioskDevice::make_request() const {
    const auto key = signer::keep_key(path("device.key"), signer::Passphrase());
    if (!key.ok()) {
        return key.error();
    }
    signer::Names names;
    names.common_name = config_.serial;
    const auto name = signer::make_name(names);
    return name.ok() ? signer::write_request(key.value().get(), name.value().get())
                     : Result<std::string>(name.error());
}

Result<void> KioskDevice::keep_certificate(const std::string& answer) const {
    const std::string certificate = text_in(answer, "certificate");
    return certificate.empty() ? Result<void>(Error{Fault::corrupt, "no certificate came"})
                               : replace_file(path("device.pem"), certificate);
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

bool KioskDevice::beat() {
    const auto printer = printer_.look();
    const std::string words = printer.ok() ? printer.value().words() : "gone";
    const http::Response answer = ask(
        "heartbeat", object_of(pair("software", software), pair("clock", to_rfc3339(clock_.now())),
                               pair("printer", words)));
    {
        const std::scoped_lock lock(mutex_);
        online_ = answer.status == 200;
        printer_words_ = words;
        place_ = online_ ? text_in(answer.body, "place") : place_;
    }
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
    end_session();
    http::Response answer = ask("openings", body);
    if (answer.status == 0) {
        return offline();
    }
    if (answer.status != 200) {
        return json_answer(answer.status, std::move(answer.body));
    }
    const auto parsed = parse_json(answer.body);
    const std::string session = text_in(answer.body, "session");
    const std::size_t list = answer.body.find("\"documents\":");
    if (!parsed.ok() || session.empty() || list == std::string::npos) {
        return offline();
    }
    const std::scoped_lock lock(mutex_);
    session_ = session;
    return json_answer(200, '{' + answer.body.substr(list)); // the last member of the answer
}

http::Response KioskDevice::print(const std::string& document) {
    std::string session;
    {
        const std::scoped_lock lock(mutex_);
        if (printing_ || printed_) {
            return state("busy");
        }
        printing_ = true;
        session = session_;
    }
    const auto done = [&](http::Response response) {
        const std::scoped_lock lock(mutex_);
        printing_ = false;
        return response;
    };
    const http::Response leave =
        ask("releases", object_of(pair("session", session), pair("document", document)));
    if (leave.status != 201) {
        return done(leave.status == 0 ? offline() : json_answer(leave.status, leave.body));
    }
    const std::string release = text_in(leave.body, "release");
    const http::Response file = ask("files", object_of(pair("release", release)));
    if (file.status != 200 ||
        to_hex(sha256(as_bytes(file.body))) != text_in(leave.body, "sha256")) {
        (void)tell_result(release, 0, false, "file");
        return done(state("failed", "file"));
    }
    printing::PrintOrder order;
    order.name = text_in(leave.body, "job");
    order.pdf = as_bytes(file.body); // in memory only
    order.two_sided = config_.two_sided;
    const printing::PrintOutcome outcome = printer_.print(order);
    if (outcome.kind != printing::PrintOutcome::Kind::printed) {
        (void)tell_result(release, outcome.sheets, false,
                          outcome.reason.empty() ? "printer_failed" : outcome.reason);
        return done(outcome.kind == printing::PrintOutcome::Kind::busy
                        ? state("busy")
                        : state("failed", outcome.reason));
    }
    {
        const std::scoped_lock lock(mutex_);
        printed_ = Printed{release, outcome.sheets};
    }
    std::string to;
    JsonObject object(to);
    object.text("state", "printed");
    object.raw("sheets", std::to_string(outcome.sheets));
    object.end();
    return done(json_answer(200, std::move(to)));
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
    return answer.status == 0 ? state("kept") : json_answer(answer.status, answer.body);
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
    const std::string kept = path("untold-" + to_hex(ByteView(sha256(as_bytes(release))).first(8)));
    const auto written = replace_file(kept, body);
    if (!written.ok()) {
        log::error("result_not_kept", {{"why", written.error().detail}});
    }
    http::Response answer = ask("results", body);
    if (answer.status != 0 && answer.status < 500) { // it is told, whatever came of it
        std::error_code ignored;
        std::filesystem::remove(kept, ignored);
    }
    return answer;
}

void KioskDevice::tell_again() {
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
        if (answer.status != 0 && answer.status < 500) {
            std::filesystem::remove(each.path(), failure);
            log::info("result_told_late", {{"status", std::to_string(answer.status)}});
        }
    }
}

void KioskDevice::end_session() {
    (void)confirm(false); // whoever left took nothing that anybody saw
    const std::scoped_lock lock(mutex_);
    session_.clear();
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

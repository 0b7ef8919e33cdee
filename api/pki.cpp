// How certificates stand (docs/formats/pki.md): what `songda pki publish` left in a folder, handed
// out as it is. No key is here: answers were signed elsewhere, and one whose time is over is not
// given.

#include <ctime>
#include <map>

#include <fmt/format.h>

#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "base/log.hpp"
#include "base/ocsp.hpp"
#include "base/open_file.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

/// An OCSPRequest for one certificate with a nonce has about 130 bytes.
constexpr std::size_t request_bytes_max = 2048;
constexpr std::size_t name_characters_max = 64;
constexpr std::size_t file_bytes_max = std::size_t{64} << 20U;
constexpr std::string_view request_type = "application/ocsp-request";

/// `Wed, 25 Nov 2026 13:00:00 GMT`, RFC 9110 §5.6.7.
std::string http_date(TimeMs time) {
    const std::time_t seconds = static_cast<std::time_t>(time.value / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40] = {};
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

/// A name of ours, which cannot lead out of the folder.
bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= name_characters_max &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
               std::string_view::npos;
}

/// Nothing for a file that is not there, cannot be read or has nothing in it.
std::optional<std::string> read_file(const std::string& path) {
    const auto bytes = read_whole(path, file_bytes_max);
    return bytes.ok() && !bytes.value().empty() ? std::optional(std::string(as_text(bytes.value())))
                                                : std::nullopt;
}

/// Bytes that hold until `times.next_update`, with the headers of RFC 5019 §6.2: a cache may keep
/// them so long and no longer.
http::Response lasting(const http::Request& request, std::string_view type, std::string bytes,
                       const ocsp::Times& times, TimeMs now) {
    http::Response response;
    response.content_type = type;
    const std::int64_t left = std::max<std::int64_t>((times.next_update - now) / 1000, 0);
    const std::string etag = etag_of(bytes);
    response.headers = {
        {"Cache-Control", fmt::format("max-age={}, public, no-transform, must-revalidate", left)},
        {"Expires", http_date(times.next_update)},
        {"Last-Modified", http_date(times.this_update)},
        {"ETag", etag},
        {"X-Content-Type-Options", "nosniff"}};
    if (request.method != "POST" && request.header("If-None-Match") == etag) {
        response.status = 304;
    } else {
        response.body = std::move(bytes);
    }
    return response;
}

/// The counter's work with one folder. Immutable; safe from several threads.
class StatusCounter {
public:
    explicit StatusCounter(const ApiParts& parts) : parts_(parts), folder_(parts.publish_folder) {
        for (const char* const kind :
             {"answered", "unknown", "malformed", "outdated", "unreadable"}) {
            counts_[kind] =
                parts.metrics.counter("songda_ocsp_requests_total",
                                      "OCSP requests by what was answered", {{"answer", kind}});
        }
        next_update_ = parts.metrics.gauge(
            "songda_ocsp_next_update_timestamp_seconds",
            "nextUpdate of the OCSP answer that was given last, seconds since 1970");
    }

    http::Response answer(const http::Request& request, ByteView der) const {
        const auto id = ocsp::read_request(der);
        if (!id.ok()) {
            return id.error().fault == Fault::invalid_input
                       ? refuse(ocsp::ResponseStatus::malformed_request, "malformed")
                       : refuse(ocsp::ResponseStatus::unauthorized, "unknown");
        }
        const std::string name = ocsp::file_name(id.value());
        auto bytes = read_file(folder_ + "/ocsp/" + name + ".ocsp");
        if (!bytes) {
            return refuse(ocsp::ResponseStatus::unauthorized, "unknown");
        }
        const auto times = ocsp::response_times(as_bytes(*bytes));
        if (!times) {
            log::error("ocsp_answer_unreadable", {{"file", name}});
            return refuse(ocsp::ResponseStatus::internal_error, "unreadable");
        }
        const TimeMs now = parts_.clock.now();
        if (times->next_update <= now) {
            return refuse(ocsp::ResponseStatus::try_later, "outdated");
        }
        counts_.at("answered").add();
        next_update_.set(static_cast<double>(times->next_update.value / 1000));
        return lasting(request, "application/ocsp-response", std::move(*bytes), *times, now);
    }

    http::Response list(const http::Request& request) const {
        auto bytes = file(request, "/crl/", ".crl");
        if (!bytes) {
            return refusal_response(404, "no such list");
        }
        const auto times = ocsp::crl_times(as_bytes(*bytes));
        if (!times) {
            log::error("revocation_list_unreadable", {{"name", request.path_values.front()}});
            return refusal_response(503, "the list cannot be read");
        }
        return lasting(request, "application/pkix-crl", std::move(*bytes), *times,
                       parts_.clock.now());
    }

    http::Response certificate(const http::Request& request) const {
        auto bytes = file(request, "/ca/", ".cer");
        if (!bytes) {
            return refusal_response(404, "no such certificate");
        }
        constexpr std::int64_t day_ms = 86'400'000;
        const TimeMs now = parts_.clock.now();
        return lasting(request, "application/pkix-cert", std::move(*bytes), {now, now + day_ms},
                       now);
    }

private:
    [[nodiscard]] std::optional<std::string> file(const http::Request& request, const char* place,
                                                  const char* end) const {
        const std::string& name = request.path_values.front();
        return is_file_name(name) ? read_file(folder_ + place + name + end) : std::nullopt;
    }

    http::Response refuse(ocsp::ResponseStatus status, const std::string& kind) const {
        counts_.at(kind).add();
        http::Response response;
        response.content_type = "application/ocsp-response";
        response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
        const Bytes der = ocsp::refusal(status);
        response.body.assign(der.begin(), der.end());
        return response;
    }

    const ApiParts& parts_;
    std::string folder_;
    std::map<std::string, metrics::Counter> counts_;
    metrics::Gauge next_update_;
};

/// The request in a GET's path: base64, escaped for URLs (RFC 6960 appendix A.1). Empty when it is
/// not that.
Bytes request_in_path(const std::string& text) {
    const auto base64 = http::percent_decode(text);
    return base64 ? from_base64(*base64).value_or(Bytes()) : Bytes();
}

} // namespace

void add_pki_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    if (parts.publish_folder.empty()) {
        return;
    }
    const auto counter = std::make_shared<const StatusCounter>(parts);
    to.push_back({"GET", "/pki/crl/{name}.crl", Policy::anyone, 0, http::Place::worker,
                  [counter](const http::Request& request, const Caller&) {
                      return counter->list(request);
                  }});
    to.push_back({"GET", "/pki/ca/{name}.cer", Policy::anyone, 0, http::Place::worker,
                  [counter](const http::Request& request, const Caller&) {
                      return counter->certificate(request);
                  }});
    to.push_back({"POST", "/pki/ocsp", Policy::anyone, request_bytes_max, http::Place::worker,
                  [counter](const http::Request& request, const Caller&) {
                      return counter->answer(request, as_bytes(request.body));
                  },
                  std::string(request_type)});
    to.push_back({"GET", std::string(ocsp_path) + "{request...}", Policy::anyone, 0,
                  http::Place::worker, [counter](const http::Request& request, const Caller&) {
                      return counter->answer(request, request_in_path(request.path_values.front()));
                  }});
}

} // namespace songda::api

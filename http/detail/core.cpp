#include "http/detail/core.hpp"

#include <ctime>
#include <exception>

#include "base/log.hpp"

namespace songda::http::detail {
namespace {

/// RFC 9110 §5.6.7, made once a second per thread.
const std::string& http_date() {
    thread_local std::time_t made_at = 0;
    thread_local std::string text;
    const std::time_t now = std::time(nullptr);
    if (now != made_at) {
        made_at = now;
        std::tm parts{};
        gmtime_r(&now, &parts);
        char buffer[40];
        text.assign(buffer,
                    std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    }
    return text;
}

} // namespace

/// Only over TLS: a browser must not believe it from anybody in between (RFC 6797 §7.2).
std::string Core::hsts_line(const TlsOptions& tls) {
    return tls.certificate_file.empty() || tls.hsts_seconds == 0
               ? ""
               : "\r\nStrict-Transport-Security: max-age=" + std::to_string(tls.hsts_seconds);
}

bool Core::admit(const std::string& peer) {
    const std::scoped_lock lock(mutex_);
    if (connections.load() >= options.connections_max) {
        return false;
    }
    std::size_t& count = per_address_[peer];
    if (count >= options.connections_per_address_max) {
        return false;
    }
    ++count;
    ++connections;
    meters.connections.set(static_cast<double>(connections.load()));
    return true;
}

void Core::leave(const std::string& peer) {
    const std::scoped_lock lock(mutex_);
    const auto found = per_address_.find(peer);
    if (found != per_address_.end() && --found->second == 0) {
        per_address_.erase(found);
    }
    --connections;
    meters.connections.set(static_cast<double>(connections.load()));
}

std::string write_head(const Response& response, bool keep_alive, bool http_1_0,
                       std::string_view more) {
    const std::size_t size =
        response.body.size() + (response.shared_body ? response.shared_body->size() : 0);
    std::string head;
    head.reserve(512);
    head.append(http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ").append(std::to_string(response.status));
    head.append(" ")
        .append(reason_phrase(response.status))
        .append("\r\nDate: ")
        .append(http_date());
    if (response.status != 204 && response.status != 304) {
        head.append("\r\nContent-Type: ").append(response.content_type);
        if (!response.pieces) { // else the end of the connection is the end of the answer
            head.append("\r\nContent-Length: ").append(std::to_string(size));
        }
    }
    for (const auto& [name, value] : response.headers) {
        head.append("\r\n").append(name).append(": ").append(value);
    }
    head.append(more);
    if (!keep_alive) {
        head.append("\r\nConnection: close");
    } else if (http_1_0) {
        head.append("\r\nConnection: keep-alive");
    }
    head.append("\r\n\r\n");
    return head;
}

Response run_handler(Core& core, const Route& route, const Request& request) {
    try {
        return route.handle(request);
    } catch (const std::exception& failure) {
        // Only libraries throw; this is the last edge before the network.
        log::error("handler_threw", {{"route", route.pattern}, {"what", failure.what()}});
        return core.refuse(500, "a defect of ours");
    }
}

} // namespace songda::http::detail

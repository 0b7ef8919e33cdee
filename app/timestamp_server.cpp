#include "app/timestamp_server.hpp"

#include <algorithm>
#include <charconv>

#include "app/secret_file.hpp"
#include "base/text_codec.hpp"
#include "verifier/timestamp.hpp"

namespace songda::app {
namespace {

constexpr std::string_view query_type = "application/timestamp-query";
constexpr std::string_view reply_type = "application/timestamp-reply";
/// Its clock is ours; what it tells may be as late as its last reservation
/// (signer/marked_time.hpp).
constexpr std::int64_t built_in_tolerance_ms = 60'000;

Error bad_url(std::string_view url) {
    return {Fault::invalid_input, "url \"" + std::string(url) +
                                      "\": must be https://HOST[:PORT]/PATH or the same with http"};
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char letter) { return letter > ' ' && letter <= '~'; });
}

/// The media type without its parameters.
std::string_view media_type(std::string_view type) {
    type = type.substr(0, type.find(';'));
    return type.substr(0, type.find_last_not_of(" \t") + 1);
}

} // namespace

Result<TimestampUrl> parse_timestamp_url(std::string_view url) {
    const std::string_view whole = url;
    const bool secure = url.starts_with("https://");
    if ((!secure && !url.starts_with("http://")) || !is_visible(url)) {
        return bad_url(whole);
    }
    url.remove_prefix(secure ? 8 : 7);
    const std::size_t slash = std::min(url.find_first_of("/?#"), url.size());
    const std::string_view place = url.substr(0, slash);
    TimestampUrl parsed;
    parsed.target = url.substr(slash);
    if (parsed.target.empty()) {
        parsed.target = "/";
    }
    const std::size_t colon = std::min(place.rfind(':'), place.size());
    const std::string_view host = place.substr(0, colon);
    const std::string_view port =
        colon < place.size() ? place.substr(colon + 1) : (secure ? "443" : "80");
    const auto [end, failure] =
        std::from_chars(port.data(), port.data() + port.size(), parsed.connection.port);
    if (host.empty() || host.find_first_of("@[]:") != std::string_view::npos ||
        parsed.target.front() != '/' || parsed.target.find('#') != std::string::npos ||
        failure != std::errc() || end != port.data() + port.size() || parsed.connection.port == 0) {
        return bad_url(whole);
    }
    parsed.connection.host = host;
    parsed.connection.address = host == "localhost" ? "127.0.0.1" : host;
    if (secure) {
        parsed.connection.tls.emplace();
    }
    return parsed;
}

Result<std::unique_ptr<HttpTimestampServer>>
HttpTimestampServer::open(const TimestampClientConfig& config, const Clock& clock) {
    std::unique_ptr<HttpTimestampServer> server(new HttpTimestampServer(config, clock));
    auto url = parse_timestamp_url(config.url);
    if (!url.ok()) {
        return url.error();
    }
    server->target_ = url.value().target;
    server->connection_ = url.value().connection;
    server->connection_.time = std::chrono::seconds(config.timeout_seconds);
    server->connection_.body_bytes_max = verifier::timestamp_reply_bytes_max;
    if (server->connection_.tls) {
        server->connection_.tls->ca_file = config.ca_file;
    }
    if (!config.user.empty()) {
        const auto password = read_secret_line(config.password_file);
        if (!password.ok()) {
            return password.error();
        }
        server->credential_ =
            "Basic " + to_base64(as_bytes(config.user + ':' + password.value().reveal()));
    }
    auto trust = verifier::TrustStore::load(config.trust_folder);
    if (!trust.ok()) {
        return trust.error();
    }
    if (trust.value().empty()) {
        return Error{Fault::invalid_input,
                     config.trust_folder + ": no root certificate (PEM file) in that folder"};
    }
    server->trust_ = std::move(trust).value();
    return server;
}

Result<Bytes> HttpTimestampServer::ask(ByteView request) {
    auto client = http::Client::connect(connection_);
    if (!client.ok()) {
        return client.error();
    }
    http::Headers headers = {{"Content-Type", std::string(query_type)},
                             {"Accept", std::string(reply_type)},
                             {"User-Agent", "Songda"}};
    if (!credential_.empty()) {
        headers.emplace_back("Authorization", credential_);
    }
    const auto answer =
        client.value().send("POST", target_, headers, std::string(as_text(request)));
    if (!answer.ok()) {
        return answer.error();
    }
    const http::Response& response = answer.value();
    if (response.status != 200) {
        return Error{response.status == 401 || response.status == 403 ? Fault::forbidden
                                                                      : Fault::unavailable,
                     "it answered with HTTP status " + std::to_string(response.status)};
    }
    if (!http::same_name(media_type(response.content_type), reply_type)) {
        return Error{Fault::corrupt, "its answer is no application/timestamp-reply"};
    }
    const ByteView body = as_bytes(response.body);
    return Bytes(body.begin(), body.end());
}

Result<std::unique_ptr<signer::TimestampServer>>
open_timestamp_server(const TimestampClientConfig& config, const Clock& clock) {
    auto server = HttpTimestampServer::open(config, clock);
    if (!server.ok()) {
        return Error{server.error().fault,
                     "timestamp.client \"" + config.name + "\": " + server.error().detail};
    }
    return std::unique_ptr<signer::TimestampServer>(std::move(server).value());
}

Result<Bytes> BuiltInTimestampServer::ask(ByteView request) {
    const std::string answer = authority_.answer(as_text(request));
    return Bytes(answer.begin(), answer.end());
}

Result<TimestampProof> BuiltInTimestampServer::check(ByteView request, ByteView reply) const {
    return verifier::check_timestamp_reply(reply, {request, clock_.now(), built_in_tolerance_ms},
                                           trust_);
}

MeteredTimestampServer::MeteredTimestampServer(std::unique_ptr<signer::TimestampServer> asked,
                                               metrics::Registry& metrics)
    : asked_(std::move(asked)),
      requests_(metrics.counter("songda_timestamp_client_requests_total",
                                "Time-stamps that authorities were asked for.",
                                {{"authority", asked_->name()}})),
      failures_(metrics.counter("songda_timestamp_client_failures_total",
                                "Those that gave no token, or none that is good.",
                                {{"authority", asked_->name()}})) {}

Result<Bytes> MeteredTimestampServer::ask(ByteView request) {
    requests_.add();
    auto answer = asked_->ask(request);
    if (!answer.ok()) {
        failures_.add();
    }
    return answer;
}

Result<TimestampProof> MeteredTimestampServer::check(ByteView request, ByteView reply) const {
    auto proof = asked_->check(request, reply);
    if (!proof.ok()) {
        failures_.add();
    }
    return proof;
}

Result<TimestampProof> HttpTimestampServer::check(ByteView request, ByteView reply) const {
    return verifier::check_timestamp_reply(
        reply, {request, clock_.now(), config_.tolerance_seconds * 1000}, trust_);
}

Result<std::unique_ptr<signer::TimestampServer>> open_named_server(const std::string& name,
                                                                   const NamedServers& servers) {
    const auto counted = [&](std::unique_ptr<signer::TimestampServer> server) {
        return std::unique_ptr<signer::TimestampServer>(
            std::make_unique<MeteredTimestampServer>(std::move(server), servers.metrics));
    };
    if (name == built_in_authority) {
        SONGDA_CHECK(servers.built_in != nullptr);
        return counted(std::make_unique<BuiltInTimestampServer>(*servers.built_in, servers.trust,
                                                                servers.clock));
    }
    const auto& clients = servers.config.clients;
    const auto client =
        std::find_if(clients.begin(), clients.end(),
                     [&](const TimestampClientConfig& each) { return each.name == name; });
    SONGDA_CHECK(client != clients.end());
    auto opened = open_timestamp_server(*client, servers.clock);
    return opened.ok() ? Result(counted(std::move(opened).value())) : opened.error();
}

} // namespace songda::app

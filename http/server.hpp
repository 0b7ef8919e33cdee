#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "http/gate.hpp"
#include "http/message.hpp"

namespace songda::http {

/// TLS 1.2 and 1.3 with ECDHE and AEAD only. Empty certificate: plain HTTP (behind a proxy, on
/// loopback).
struct TlsOptions {
    std::string certificate_file; ///< PEM, leaf first
    std::string key_file;
    /// PEM of the authorities whose client certificates identify departments; empty: none are asked
    /// for.
    std::string client_authority_file;
    /// How long browsers are to use nothing but TLS (RFC 6797); 0: they are not told.
    std::int64_t hsts_seconds = 0;
};

/// Sees every answer beside its request before it is written, and may put it in another form. The
/// request is empty where none could be read. Must not fail and must be quick.
using LastLook = std::function<void(const Request& request, Response& response)>;

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: any free port; `Server::port` tells
    TlsOptions tls;
    std::vector<std::string> hosts; ///< allowed Host names, lower case; empty: any
    GateLimits gate;
    unsigned io_threads = 2;
    unsigned worker_threads = 4;
    std::size_t waiting_max = 1024; ///< requests that may wait for a worker; more are told 503
    std::size_t connections_max = 4096;
    std::size_t connections_per_address_max = 256;
    std::chrono::milliseconds header_time{5000};
    std::chrono::milliseconds body_time{15000};
    std::chrono::milliseconds write_time{10000};
    std::chrono::milliseconds idle_time{30000};
    std::chrono::milliseconds drain_time{20000};
    /// How often an answer that goes on is asked for more, and how many there may be at a time;
    /// more are told 503.
    std::chrono::milliseconds pieces_time{1000};
    std::size_t pieces_max = 1024;
    LastLook last_look; ///< empty: answers go out as they are
};

struct ServerMetrics {
    metrics::Counter requests;
    metrics::Counter refused_by_gate;
    metrics::Counter refused_by_load;
    metrics::Gauge connections;
    metrics::Gauge streams; ///< answers that go on
    metrics::Histogram seconds;

    explicit ServerMetrics(metrics::Registry& registry);
};

/// Answers that the server gives by itself (400 from the gate, 404, 405, 408, 413, 429, 431, 500,
/// 503) in the house's form. Must not fail and must be quick.
using RefusalWriter = std::function<Response(int status, std::string_view why)>;

/// The only door to the network inwards. One acceptor and one thread per core; quick routes are
/// answered there, worker routes on a pool with a bounded queue. Handlers run concurrently.
class Server {
public:
    /// Faults: unavailable (address in use), invalid_input (TLS files).
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                               std::vector<Route> routes,
                                                               RefusalWriter refuse,
                                                               metrics::Registry& registry);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// Stops accepting, lets running requests finish until `drain_time`, then closes. A second call
    /// does nothing.
    void stop();

private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::http

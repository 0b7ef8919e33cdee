#pragma once

// Inside http/ only: what every session shares, and the Beast headers. Nobody else includes this.

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio/thread_pool.hpp>

#include "http/router.hpp"
#include "http/server.hpp"

namespace songda::http::detail {

/// Shared by all sessions of one server; outlives them.
struct Core {
    Core(ServerOptions given_options, std::vector<Route> routes, RefusalWriter given_refuse,
         metrics::Registry& registry)
        : options(std::move(given_options)), router(std::move(routes)),
          refuse(std::move(given_refuse)), meters(registry), hsts(hsts_line(options.tls)),
          workers(options.worker_threads) {}

    const ServerOptions options;
    const Router router;
    const RefusalWriter refuse;
    const ServerMetrics meters;
    const std::string hsts; ///< header line of every answer, with its CR LF in front; may be empty
    boost::asio::thread_pool workers;
    std::atomic<std::size_t> waiting{0};
    std::atomic<std::size_t> busy{0};
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> streams{0};
    std::atomic<std::size_t> pieces{0}; ///< being made; they never take more than half the workers
    std::atomic<bool> stopping{false};

    /// Counts a connection in; false if this address or the server has enough.
    bool admit(const std::string& peer);
    void leave(const std::string& peer);

private:
    [[nodiscard]] static std::string hsts_line(const TlsOptions& tls);
    std::mutex mutex_;
    std::map<std::string, std::size_t> per_address_;
};

/// The whole answer but its body: status line and headers, `more` among them.
[[nodiscard]] std::string write_head(const Response& response, bool keep_alive, bool http_1_0,
                                     std::string_view more);

/// Runs the route's handler; what it throws becomes a 500 and a log line.
[[nodiscard]] Response run_handler(Core& core, const Route& route, const Request& request);

} // namespace songda::http::detail

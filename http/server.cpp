#include "http/server.hpp"

#include <thread>
#include <utility> // boost/asio/awaitable.hpp 1.74 uses std::exchange without it

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "http/detail/core.hpp"
#include "http/detail/transport.hpp"

namespace songda::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

ServerMetrics::ServerMetrics(metrics::Registry& registry)
    : requests(registry.counter("songda_http_requests_total", "Requests answered.")),
      refused_by_gate(registry.counter("songda_http_gate_refusals_total",
                                       "Requests with two meanings, refused.")),
      refused_by_load(registry.counter("songda_http_load_refusals_total",
                                       "Connections and requests refused for load.")),
      connections(registry.gauge("songda_http_connections", "Open connections.")),
      streams(registry.gauge("songda_http_streams", "Answers that go on while they are read.")),
      seconds(registry.seconds("songda_http_request_seconds",
                               "From a request read to its answer written.")) {}

namespace {

/// Each thread has its own loop and its own acceptor on the same port (SO_REUSEPORT): the kernel
/// spreads connections, and no lock is shared.
struct Loop {
    detail::Deadlines deadlines; ///< outlives the connections that context destroys
    asio::io_context context{1};
    /// A request on a worker leaves nothing pending here, yet its answer will come back.
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    tcp::acceptor acceptor{context};
    std::thread thread;
};

asio::awaitable<void> accept_connections(Loop& loop, detail::Core& core,
                                         std::shared_ptr<asio::ssl::context> tls) {
    while (true) {
        error_code failure;
        tcp::socket socket =
            co_await loop.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
        if (failure == asio::error::operation_aborted || !loop.acceptor.is_open()) {
            co_return;
        }
        if (failure) {
            // Out of descriptors, most likely: let running requests give some back.
            asio::steady_timer pause(loop.context, std::chrono::milliseconds(50));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
            continue;
        }
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        std::string peer = socket.remote_endpoint(ignored).address().to_string();
        if (tls) {
            asio::co_spawn(
                loop.context,
                detail::serve_tls(std::move(socket), core, loop.deadlines, std::move(peer), tls),
                asio::detached);
        } else {
            asio::co_spawn(
                loop.context,
                detail::serve_plain(std::move(socket), core, loop.deadlines, std::move(peer)),
                asio::detached);
        }
    }
}

asio::awaitable<void> sweep_deadlines(Loop& loop) {
    asio::steady_timer timer(loop.context);
    error_code failure;
    while (!failure) {
        timer.expires_after(detail::Deadlines::tick);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, failure));
        loop.deadlines.sweep();
    }
}

error_code listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    error_code failure;
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    }
    if (!failure) {
        acceptor.set_option(ReusePort(true), failure);
    }
    if (!failure) {
        acceptor.bind(endpoint, failure);
    }
    if (!failure) {
        acceptor.listen(1024, failure);
    }
    return failure;
}

} // namespace

struct Server::Impl {
    Impl(ServerOptions options, std::vector<Route> routes, RefusalWriter refuse,
         metrics::Registry& registry)
        : core(std::move(options), std::move(routes), std::move(refuse), registry) {}

    detail::Core core;
    std::vector<std::unique_ptr<Loop>> loops;
    std::uint16_t port = 0;
    bool stopped = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
    stop();
}
std::uint16_t Server::port() const {
    return impl_->port;
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, std::vector<Route> routes,
                                              RefusalWriter refuse, metrics::Registry& registry) {
    auto impl =
        std::make_unique<Impl>(std::move(options), std::move(routes), std::move(refuse), registry);
    const ServerOptions& chosen = impl->core.options;
    std::shared_ptr<asio::ssl::context> tls;
    if (!chosen.tls.certificate_file.empty()) {
        auto made = detail::make_tls_context(chosen.tls);
        if (!made.ok()) {
            return made.error();
        }
        tls = std::move(made).value();
    }
    error_code failure;
    const auto address = asio::ip::make_address(chosen.address, failure);
    if (failure) {
        return Error{Fault::invalid_input,
                     "http.address is not a numeric address: " + chosen.address};
    }
    impl->port = chosen.port;
    for (unsigned i = 0; i < chosen.io_threads; ++i) {
        auto loop = std::make_unique<Loop>();
        failure = listen(loop->acceptor, {address, impl->port});
        if (failure) {
            return Error{Fault::unavailable, "cannot listen on " + chosen.address + ":" +
                                                 std::to_string(impl->port) + ": " +
                                                 failure.message()};
        }
        impl->port = loop->acceptor.local_endpoint().port();
        impl->loops.push_back(std::move(loop));
    }
    for (auto& loop : impl->loops) {
        asio::co_spawn(loop->context, accept_connections(*loop, impl->core, tls), asio::detached);
        asio::co_spawn(loop->context, sweep_deadlines(*loop), asio::detached);
        loop->thread = std::thread([&context = loop->context] { context.run(); });
    }
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::stop() {
    if (impl_->stopped) {
        return;
    }
    impl_->stopped = true;
    impl_->core.stopping = true;
    for (auto& loop : impl_->loops) {
        asio::post(loop->context, [&acceptor = loop->acceptor] {
            error_code ignored;
            acceptor.close(ignored);
        });
    }
    const auto deadline = std::chrono::steady_clock::now() + impl_->core.options.drain_time;
    while (impl_->core.busy > 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (impl_->core.busy > 0) {
        log::warning("http_drain_cut",
                     {{"running", static_cast<std::uint64_t>(impl_->core.busy.load())}});
    }
    impl_->core.workers.join();
    for (auto& loop : impl_->loops) {
        loop->context.stop();
        loop->thread.join();
    }
    impl_->loops.clear(); // closes what is still open
}

} // namespace songda::http

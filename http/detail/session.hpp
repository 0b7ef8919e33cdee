#pragma once

// Inside http/ only: one connection, from first byte to last, for either stream type. Coroutines
// are named functions with value parameters: g++ 12 destroys captured state of lambdas in a
// co_await twice.

#include <algorithm>
#include <utility> // boost/asio/awaitable.hpp 1.74 uses std::exchange without it

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/detail/core.hpp"
#include "http/detail/deadlines.hpp"

namespace songda::http::detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

/// One connection as the functions below see it.
template <class Stream>
struct Link {
    Stream& stream;
    Core& core;
    Deadline& deadline;
    const std::string& peer;
    beast::flat_buffer buffer;
};

/// What reading one request came to.
enum class ReadOutcome { request, refused, closed };

struct Incoming {
    ReadOutcome outcome = ReadOutcome::closed;
    Request request;
    Router::Match match;
    bool keep_alive = false;
    bool http_1_0 = false;
    Response refusal;
};

inline Incoming refused(Core& core, int status, std::string_view why) {
    Incoming incoming;
    incoming.outcome = ReadOutcome::refused;
    incoming.refusal = core.refuse(status, why);
    return incoming;
}

/// The body of a request that is known by now will not be read: its connection ends.
inline Incoming refuse_body(Core& core, Incoming incoming, int status, std::string_view why) {
    incoming.outcome = ReadOutcome::refused;
    incoming.keep_alive = false;
    incoming.refusal = core.refuse(status, why);
    return incoming;
}

/// Turns a head that passed the gate into a request and finds its route.
inline Incoming accept_head(Core& core, Head head, const std::string& peer) {
    Incoming incoming;
    const std::size_t question = std::min(head.target.find('?'), head.target.size());
    Request& request = incoming.request;
    request.method = std::move(head.method);
    request.path = head.target.substr(0, question);
    request.query = head.target.substr(std::min(question + 1, head.target.size()));
    request.headers = std::move(head.headers);
    request.peer = peer;
    incoming.match = core.router.find(request.method, request.path);
    incoming.keep_alive = head.keep_alive && !core.stopping;
    incoming.http_1_0 = head.http_1_0;
    incoming.outcome = ReadOutcome::request;
    if (incoming.match.route == nullptr) {
        const bool known = !incoming.match.allow.empty();
        incoming.refusal =
            core.refuse(known ? 405 : 404, known ? "this path has other methods" : "no such path");
        if (known) {
            incoming.refusal.headers.emplace_back("Allow", incoming.match.allow);
        }
        incoming.outcome = ReadOutcome::refused;
        return incoming;
    }
    request.path_values = std::move(incoming.match.path_values);
    return incoming;
}

template <class Stream>
asio::awaitable<Incoming> read_body(Link<Stream>& link, std::size_t head_bytes, Incoming incoming,
                                    bool expects_continue) {
    Core& core = link.core;
    error_code failure;
    if (expects_continue) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await asio::async_write(link.stream, asio::buffer(go_on.data(), go_on.size()),
                                   asio::redirect_error(asio::use_awaitable, failure));
    }
    // Beast decodes the body, chunks included; the head that it reads again already passed the
    // gate.
    beast::http::request_parser<beast::http::string_body> parser;
    parser.body_limit(incoming.match.route->body_bytes_max);
    parser.header_limit(static_cast<std::uint32_t>(head_bytes + 1));
    parser.eager(true);
    link.deadline.arm(core.options.body_time);
    co_await beast::http::async_read(link.stream, link.buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, failure));
    if (failure == beast::http::error::body_limit) {
        co_return refuse_body(core, std::move(incoming), 413, "the body is too large");
    }
    if (link.deadline.expired()) {
        co_return refuse_body(core, std::move(incoming), 408, "the body did not arrive in time");
    }
    if (failure) {
        const bool malformed =
            failure.category() == make_error_code(beast::http::error::bad_chunk).category();
        if (!malformed || failure == beast::http::error::partial_message) {
            co_return Incoming{};
        }
        co_return refuse_body(core, std::move(incoming), 400, "the body is malformed");
    }
    incoming.request.body = std::move(parser.get().body());
    co_return incoming;
}

/// The first LF without its CR at or after `from`; npos if none. Needs no wait for the rest: the
/// gate refuses it.
inline std::size_t find_bare_lf(std::string_view bytes, std::size_t from) {
    for (std::size_t at = from; (at = bytes.find('\n', at)) != std::string_view::npos; ++at) {
        if (at == 0 || bytes[at - 1] != '\r') {
            return at;
        }
    }
    return std::string_view::npos;
}

/// Reads until the empty line that ends a head, or a bare LF, and returns the bytes so far. On a
/// failure `not_found` says that the buffer is full.
template <class Stream>
asio::awaitable<std::size_t> read_head(Link<Stream>& link, error_code& failure) {
    static constexpr std::string_view end = "\r\n\r\n";
    beast::flat_buffer& buffer = link.buffer;
    std::size_t seen = 0;
    while (true) {
        const std::string_view bytes(static_cast<const char*>(buffer.data().data()), buffer.size());
        const std::size_t at = bytes.find(end, seen - std::min(seen, end.size() - 1));
        if (at != std::string_view::npos) {
            co_return at + end.size();
        }
        const std::size_t bare = find_bare_lf(bytes, seen);
        if (bare != std::string_view::npos) {
            co_return bare + 1;
        }
        seen = bytes.size();
        if (seen == buffer.max_size()) {
            failure = asio::error::not_found;
            co_return 0;
        }
        const std::size_t room = std::min<std::size_t>(buffer.max_size() - seen, 8192);
        const std::size_t got = co_await link.stream.async_read_some(
            buffer.prepare(room), asio::redirect_error(asio::use_awaitable, failure));
        buffer.commit(got);
        if (failure) {
            co_return 0;
        }
    }
}

template <class Stream>
asio::awaitable<Incoming> read_request(Link<Stream>& link) {
    Core& core = link.core;
    beast::flat_buffer& buffer = link.buffer;
    error_code failure;
    if (buffer.size() == 0) {
        // A connection between requests may be idle; the header clock starts with the first byte.
        link.deadline.arm(core.options.idle_time);
        const std::size_t got = co_await link.stream.async_read_some(
            buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, failure));
        buffer.commit(got);
        if (failure) {
            co_return Incoming{};
        }
    }
    link.deadline.arm(core.options.header_time);
    const std::size_t head_bytes = co_await read_head(link, failure);
    if (link.deadline.expired()) {
        co_return refused(core, 408, "the header did not arrive in time");
    }
    if (failure == asio::error::not_found) {
        co_return refused(core, 431, "the header is too large");
    }
    if (failure) {
        co_return Incoming{};
    }
    const std::string_view bytes(static_cast<const char*>(buffer.data().data()), head_bytes);
    GateAnswer gate = pass_gate(bytes, core.options.gate, core.options.hosts);
    if (!gate.head) {
        core.meters.refused_by_gate.add();
        co_return refused(core, gate.status, gate.refusal);
    }
    const bool has_body = gate.head->chunked || gate.head->content_length.value_or(0) > 0;
    const std::size_t length = gate.head->content_length.value_or(0);
    const bool expects_continue = gate.head->expects_continue;
    Incoming incoming = accept_head(core, std::move(*gate.head), link.peer);
    if (!has_body) {
        buffer.consume(head_bytes);
        co_return incoming;
    }
    if (incoming.outcome == ReadOutcome::refused) {
        incoming.keep_alive = false; // its body is still on the way
        co_return incoming;
    }
    if (length > incoming.match.route->body_bytes_max) {
        co_return refuse_body(core, std::move(incoming), 413, "the body is too large");
    }
    co_return co_await read_body(link, head_bytes, std::move(incoming), expects_continue);
}

/// What a worker does for a connection: its handler, or a piece of an answer that goes on.
struct HandlerWork {
    Core* core;
    const Route* route;
    const Request* request;
    Response* response;
    void operator()() const {
        *response = run_handler(*core, *route, *request);
        core->waiting.fetch_sub(1);
    }
};
struct PieceWork {
    Pieces* pieces;
    Pieces::Piece* piece;
    void operator()() const { *piece = pieces->next(); }
};

/// Work on the pool; afterwards the coroutine goes on, on the thread of its connection.
template <class Work, class Continuation>
struct WorkerJob {
    Work work;
    Continuation go_on;

    void operator()() {
        work();
        const auto home = asio::get_associated_executor(go_on);
        asio::post(home, std::move(go_on));
    }
};

struct StartWorkerJob {
    template <class Continuation, class Work>
    void operator()(Continuation&& go_on, Core* core, Work work) const {
        using Job = WorkerJob<Work, std::decay_t<Continuation>>;
        asio::post(core->workers, Job{work, std::forward<Continuation>(go_on)});
    }
};

template <class Stream>
asio::awaitable<Response> run_on_worker(Link<Stream>& link, const Route& route,
                                        const Request& request) {
    Core& core = link.core;
    if (core.waiting.fetch_add(1) >= core.options.waiting_max) {
        core.waiting.fetch_sub(1);
        core.meters.refused_by_load.add();
        Response response = core.refuse(503, "too many requests are waiting");
        response.headers.emplace_back("Retry-After", "1");
        co_return response;
    }
    link.deadline.disarm();
    Response response;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        StartWorkerJob{}, asio::use_awaitable, &core,
        HandlerWork{&core, &route, &request, &response});
    co_return response;
}

template <class Stream>
asio::awaitable<bool> write_response(Link<Stream>& link, const Response& response, bool keep_alive,
                                     bool http_1_0, bool head_only) {
    const std::string head = write_head(response, keep_alive, http_1_0, link.core.hsts);
    std::vector<asio::const_buffer> buffers = {asio::buffer(head)};
    if (!head_only) {
        buffers.push_back(asio::buffer(response.body));
        if (response.shared_body) {
            buffers.push_back(asio::buffer(*response.shared_body));
        }
    }
    error_code failure;
    link.deadline.arm(link.core.options.write_time);
    co_await asio::async_write(link.stream, buffers,
                               asio::redirect_error(asio::use_awaitable, failure));
    co_return !failure;
}

/// Counts an answer that goes on; `admitted` says whether there is room for it.
class Streaming {
public:
    explicit Streaming(Core& core)
        : core_(core), admitted_(core.streams.fetch_add(1) < core.options.pieces_max) {
        core_.meters.streams.set(static_cast<double>(core_.streams.load()));
    }
    ~Streaming() {
        core_.streams.fetch_sub(1);
        core_.meters.streams.set(static_cast<double>(core_.streams.load()));
    }
    Streaming(const Streaming&) = delete;
    Streaming& operator=(const Streaming&) = delete;
    [[nodiscard]] bool admitted() const { return admitted_; }

private:
    Core& core_;
    bool admitted_;
};

/// Writes the rest of an answer as it comes, until it ends, the reader is gone or the server stops.
template <class Stream>
asio::awaitable<void> write_pieces(Link<Stream>& link, std::shared_ptr<Pieces> pieces) {
    Core& core = link.core;
    asio::steady_timer pause(link.stream.get_executor());
    error_code failure;
    Pieces::Piece piece;
    while (!failure && !piece.last && !core.stopping) {
        link.deadline.disarm();
        piece.bytes.clear();
        if (core.pieces.fetch_add(1) < std::max(1U, core.options.worker_threads / 2)) {
            co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
                StartWorkerJob{}, asio::use_awaitable, &core, PieceWork{pieces.get(), &piece});
        }
        core.pieces.fetch_sub(1);
        if (!piece.bytes.empty()) {
            link.deadline.arm(core.options.write_time);
            co_await asio::async_write(link.stream, asio::buffer(piece.bytes),
                                       asio::redirect_error(asio::use_awaitable, failure));
        }
        if (!piece.last) {
            link.deadline.disarm();
            pause.expires_after(core.options.pieces_time);
            error_code ignored;
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
}

/// Writes the whole answer; false when the connection is of no more use.
template <class Stream>
asio::awaitable<bool> write_answer(Link<Stream>& link, Response& response, bool keep_alive,
                                   const Incoming& incoming) {
    const bool head_only = incoming.request.method == "HEAD";
    if (!response.pieces || head_only) {
        co_return co_await write_response(link, response, keep_alive, incoming.http_1_0, head_only);
    }
    const Streaming streaming(link.core);
    if (!streaming.admitted()) {
        link.core.meters.refused_by_load.add();
        co_return co_await write_response(link, link.core.refuse(503, "too many open streams"),
                                          keep_alive, incoming.http_1_0, false);
    }
    if (co_await write_response(link, response, false, incoming.http_1_0, false)) {
        co_await write_pieces(link, std::move(response.pieces));
    }
    co_return false;
}

/// Counts a running request, so that stopping can wait for it.
class Busy {
public:
    explicit Busy(Core& core) : core_(core) { ++core_.busy; }
    ~Busy() { --core_.busy; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

private:
    Core& core_;
};

/// Serves one connection until either side has enough.
template <class Stream>
asio::awaitable<void> serve_requests(Link<Stream>& link,
                                     const std::optional<Digest>& client_certificate) {
    Core& core = link.core;
    bool keep_alive = true;
    while (keep_alive) {
        Incoming incoming = co_await read_request(link);
        if (incoming.outcome == ReadOutcome::closed) {
            co_return;
        }
        const Busy busy(core);
        const auto started = std::chrono::steady_clock::now();
        incoming.request.client_certificate = client_certificate;
        Response response;
        if (incoming.outcome == ReadOutcome::refused) {
            response = std::move(incoming.refusal);
        } else if (incoming.match.route->place == Place::quick) {
            response = run_handler(core, *incoming.match.route, incoming.request);
        } else {
            response = co_await run_on_worker(link, *incoming.match.route, incoming.request);
        }
        if (core.options.last_look) {
            core.options.last_look(incoming.request, response);
        }
        keep_alive = incoming.keep_alive && !core.stopping;
        const bool written = co_await write_answer(link, response, keep_alive, incoming);
        core.meters.requests.add();
        core.meters.seconds.observe(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
        keep_alive = keep_alive && written;
    }
}

/// After a refusal the other side may still be sending; closing at once would reset the connection
/// before it reads why. Reads on for a moment, within a bound.
inline asio::awaitable<void> linger(asio::ip::tcp::socket& socket, Deadline& deadline) {
    error_code failure;
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, failure);
    std::array<char, 8192> sink{};
    deadline.arm(std::chrono::seconds(1));
    for (int reads = 0; reads < 256 && !failure; ++reads) {
        co_await socket.async_read_some(asio::buffer(sink),
                                        asio::redirect_error(asio::use_awaitable, failure));
    }
}

/// Room for one header and a first piece of body; the gate has its own, smaller limit.
inline beast::flat_buffer make_buffer(const Core& core) {
    return beast::flat_buffer(core.options.gate.header_bytes_max + 65536);
}

} // namespace songda::http::detail

#pragma once

// Inside http/ only: one connection of a client, for either stream type; each has its own
// translation unit, because a TLS stream doubles the cost of compiling one (style.md, build facts
// 4).

#include <utility> // boost/asio/awaitable.hpp 1.74 uses std::exchange without it

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "http/client.hpp"

namespace songda::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

class Client::Connection {
public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;
    [[nodiscard]] virtual Result<Response> send(const std::string& method,
                                                const std::string& target, const Headers& headers,
                                                std::string body) = 0;
};

namespace detail {

using Endpoints = asio::ip::tcp::resolver::results_type;

/// Faults as Client::connect says.
[[nodiscard]] Result<std::unique_ptr<Client::Connection>> connect_tls(const ClientOptions& options,
                                                                      const Endpoints& endpoints);

inline Error cannot_connect(const ClientOptions& options, const std::string& why) {
    return {Fault::unavailable, "cannot connect to " + options.address + ":" +
                                    std::to_string(options.port) + ": " + why};
}

/// `Stream` ends in a beast::tcp_stream.
template <class Stream>
class StreamConnection : public Client::Connection {
public:
    template <class... More>
    explicit StreamConnection(ClientOptions given, More&... more)
        : options(std::move(given)), stream(context, more...) {}

    Result<Response> send(const std::string& method, const std::string& target,
                          const Headers& headers, std::string body) override {
        beast::http::request<beast::http::string_body> request;
        request.method_string(method);
        request.target(target);
        request.version(11);
        request.set("Host", options.host);
        for (const auto& [name, value] : headers) {
            request.set(name, value);
        }
        request.body() = std::move(body);
        if (!request.body().empty() || method == "POST") {
            request.content_length(request.body().size());
        }
        const error_code failure =
            run([&](auto done) { beast::http::async_write(stream, request, done); });
        beast::http::response_parser<beast::http::string_body> parser;
        parser.body_limit(options.body_bytes_max);
        // A refusal may arrive while the request is still being written: read even after a failed
        // write. The header by itself: Beast 1.74 forgets that a length is over the limit when it
        // goes on to the body in the same call.
        error_code read_failure =
            run([&](auto done) { beast::http::async_read_header(stream, buffer, parser, done); });
        if (!read_failure) {
            read_failure =
                run([&](auto done) { beast::http::async_read(stream, buffer, parser, done); });
        }
        if (read_failure) {
            return Error{Fault::unavailable,
                         "no answer: " + (failure ? failure : read_failure).message()};
        }
        Response response;
        response.status = static_cast<int>(parser.get().result_int());
        for (const auto& field : parser.get()) {
            response.headers.emplace_back(field.name_string(), field.value());
        }
        response.content_type = std::string(parser.get()["Content-Type"]);
        response.body = std::move(parser.get().body());
        return response;
    }

    /// Runs the one operation that `start` begins until it is done or the time is over.
    template <class Start>
    error_code run(Start start) {
        error_code outcome;
        beast::get_lowest_layer(stream).expires_after(options.time);
        start([&outcome](error_code failure, auto&&...) { outcome = failure; });
        context.restart();
        context.run();
        return outcome;
    }

    error_code connect(const Endpoints& endpoints) {
        auto& tcp = beast::get_lowest_layer(stream);
        const error_code failure =
            run([&](auto done) { tcp.async_connect(endpoints, std::move(done)); });
        error_code ignored;
        tcp.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        return failure;
    }

    const ClientOptions options;
    asio::io_context context{1};
    Stream stream;
    beast::flat_buffer buffer;
};

} // namespace detail
} // namespace songda::http

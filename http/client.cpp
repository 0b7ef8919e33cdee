#include "http/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace songda::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

struct Client::Impl {
    explicit Impl(ClientOptions given) : options(std::move(given)) {}

    ClientOptions options;
    asio::io_context context{1};
    beast::tcp_stream stream{context};
    beast::flat_buffer buffer;

    /// Runs the one operation that `start` begins until it is done or the time is over.
    template <class Start>
    error_code run(Start start) {
        error_code outcome;
        stream.expires_after(options.time);
        start([&outcome](error_code failure, auto&&...) { outcome = failure; });
        context.restart();
        context.run();
        return outcome;
    }
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::connect(const ClientOptions& options) {
    auto impl = std::make_unique<Impl>(options);
    error_code failure;
    const auto address = asio::ip::make_address(options.address, failure);
    if (failure) {
        return Error{Fault::invalid_input, "not a numeric address: " + options.address};
    }
    const asio::ip::tcp::endpoint endpoint(address, options.port);
    failure = impl->run([&](auto done) { impl->stream.async_connect(endpoint, done); });
    if (failure) {
        return Error{Fault::unavailable, "cannot connect to " + options.address + ":" +
                                             std::to_string(options.port) + ": " +
                                             failure.message()};
    }
    impl->stream.socket().set_option(asio::ip::tcp::no_delay(true), failure);
    return Client(std::move(impl));
}

Result<Response> Client::send(const std::string& method, const std::string& target,
                              const Headers& headers, std::string body) {
    beast::http::request<beast::http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set("Host", impl_->options.host);
    for (const auto& [name, value] : headers) {
        request.set(name, value);
    }
    request.body() = std::move(body);
    if (!request.body().empty() || method == "POST") {
        request.content_length(request.body().size());
    }
    error_code failure =
        impl_->run([&](auto done) { beast::http::async_write(impl_->stream, request, done); });
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(impl_->options.body_bytes_max);
    // A refusal may arrive while the request is still being written: read even after a failed
    // write.
    const error_code read_failure = impl_->run(
        [&](auto done) { beast::http::async_read(impl_->stream, impl_->buffer, parser, done); });
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

} // namespace songda::http

#include "http/client.hpp"

#include "http/detail/connection.hpp"

namespace songda::http {
namespace {

/// A numeric address needs no look-up and no name server.
Result<detail::Endpoints> look_up(const ClientOptions& options) {
    error_code failure;
    const auto address = asio::ip::make_address(options.address, failure);
    if (!failure) {
        return detail::Endpoints::create(asio::ip::tcp::endpoint(address, options.port),
                                         options.address, std::to_string(options.port));
    }
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    auto found = resolver.resolve(options.address, std::to_string(options.port), failure);
    if (failure) {
        return Error{Fault::invalid_input, "no such address: " + options.address};
    }
    return found;
}

/// Those of the addresses that may be connected to.
Result<detail::Endpoints> resolve(const ClientOptions& options) {
    auto found = look_up(options);
    if (!found.ok() || options.may_connect == nullptr) {
        return found;
    }
    std::vector<asio::ip::tcp::endpoint> allowed;
    for (const auto& entry : found.value()) {
        const asio::ip::tcp::endpoint endpoint = entry.endpoint();
        if (options.may_connect(endpoint.data(), endpoint.size())) {
            allowed.push_back(endpoint);
        }
    }
    if (allowed.empty()) {
        return Error{Fault::forbidden, options.address + " leads to an address that may not be "
                                                         "connected to"};
    }
    return detail::Endpoints::create(allowed.begin(), allowed.end(), options.address,
                                     std::to_string(options.port));
}

} // namespace

Client::Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::connect(const ClientOptions& options) {
    const auto endpoints = resolve(options);
    if (!endpoints.ok()) {
        return endpoints.error();
    }
    if (options.tls) {
        auto connection = detail::connect_tls(options, endpoints.value());
        if (!connection.ok()) {
            return connection.error();
        }
        return Client(std::move(connection).value());
    }
    auto connection = std::make_unique<detail::StreamConnection<beast::tcp_stream>>(options);
    const error_code failure = connection->connect(endpoints.value());
    if (failure) {
        return detail::cannot_connect(options, failure.message());
    }
    return Client(std::move(connection));
}

Result<Response> Client::send(const std::string& method, const std::string& target,
                              const Headers& headers, std::string body) {
    return connection_->send(method, target, headers, std::move(body));
}

} // namespace songda::http

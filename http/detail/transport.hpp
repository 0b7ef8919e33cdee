#pragma once

// Inside http/ only: the two ways a connection comes in. Each has its own translation unit, because
// a TLS stream doubles the cost of compiling one (style.md, build facts 4).

#include <memory>
#include <utility> // boost/asio/awaitable.hpp 1.74 uses std::exchange without it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "http/detail/core.hpp"
#include "http/detail/deadlines.hpp"

namespace songda::http::detail {

boost::asio::awaitable<void> serve_plain(boost::asio::ip::tcp::socket socket, Core& core,
                                         Deadlines& deadlines, std::string peer);
boost::asio::awaitable<void> serve_tls(boost::asio::ip::tcp::socket socket, Core& core,
                                       Deadlines& deadlines, std::string peer,
                                       std::shared_ptr<boost::asio::ssl::context> context);

/// Faults: invalid_input, naming the file.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>>
make_tls_context(const TlsOptions& options);

} // namespace songda::http::detail

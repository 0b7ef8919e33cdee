#include "http/detail/session.hpp"
#include "http/detail/transport.hpp"

namespace songda::http::detail {

asio::awaitable<void> serve_plain(asio::ip::tcp::socket socket, Core& core, Deadlines& deadlines,
                                  std::string peer) {
    Deadline deadline(deadlines, socket);
    Link<asio::ip::tcp::socket> link{socket, core, deadline, peer, make_buffer(core)};
    if (core.admit(peer)) {
        co_await serve_requests(link, std::nullopt);
        core.leave(peer);
    } else {
        core.meters.refused_by_load.add();
        Response response = core.refuse(429, "too many connections from this address");
        response.headers.emplace_back("Retry-After", "1");
        co_await write_response(link, response, false, false, false);
    }
    co_await linger(socket, deadline);
}

} // namespace songda::http::detail

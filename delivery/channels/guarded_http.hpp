#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::delivery {

/// Where calls go and how long they may take.
struct HttpWay {
    std::string url;     ///< `https://…`; no user, no fragment. Requests may add to it.
    std::string ca_file; ///< PEM; empty: the system's authorities
    /// For a receiver inside our own network. Also lets `http` through, to loopback only.
    bool allow_private_addresses = false;
    std::int64_t connect_ms = 5'000;
    std::int64_t attempt_ms = 20'000; ///< the whole exchange
    std::size_t answer_bytes_max = 20'000;
    /// A connection of its own for each call: on a connection that is used again libcurl sends a
    /// request twice when the other side has just closed it, and only some calls may be made twice.
    bool fresh_connection = false;
};

struct HttpCall {
    std::string method = "POST";
    std::string url;                                          ///< below HttpWay::url
    std::vector<std::pair<std::string, std::string>> headers; ///< no value holds a CR or LF
    std::string body;                                         ///< of a GET it is empty
};

/// How an exchange ended. `curl_code` is libcurl's CURLcode; `status` 0: no status line came.
struct HttpReply {
    int curl_code = 0;
    long status = 0;
    bool address_denied = false; ///< the guard refused to connect (ssrf_guard.hpp)
    bool sent = false;           ///< bytes of the request have left, or may have
    std::int64_t retry_after_ms = 0;
    std::string body = {}; ///< at most `answer_bytes_max`
    /// The whole answer came, and fitted.
    [[nodiscard]] bool whole() const { return curl_code == 0 && status != 0; }
};

/// Calls to the world outside: to no address inside our network, without following a redirect or
/// using a proxy, with a bound on the answer and on the time. Safe to call from several threads.
class GuardedHttp {
public:
    /// Fault invalid_input names the option.
    [[nodiscard]] static Result<GuardedHttp> make(HttpWay way);
    GuardedHttp(GuardedHttp&&) noexcept;
    GuardedHttp& operator=(GuardedHttp&&) noexcept;
    ~GuardedHttp();

    [[nodiscard]] HttpReply call(const HttpCall& call, TimeMs now);

private:
    struct Inside;
    explicit GuardedHttp(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

} // namespace songda::delivery

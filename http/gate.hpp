#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace songda::http {

/// Bounds of one request before anybody looks at what it means.
struct GateLimits {
    std::size_t header_bytes_max = 8192;
    std::size_t fields_max = 64;
    std::size_t target_bytes_max = 2048;
    /// A path that begins so ends in one value, in which a slash, also a doubled or an escaped one,
    /// has no meaning of its own; empty: none does.
    std::string_view opaque_prefix = {};
};

/// The head of a request, read by our own strict reader. Beast accepts ten of the eleven ambiguous
/// requests of reliability §10.3 (obs-fold, two equal lengths, `xchunked`…), each a way to smuggle
/// a second request past a proxy; what has two meanings is refused here before Beast sees it.
struct Head {
    std::string method;
    std::string target;
    bool http_1_0 = false;
    bool chunked = false;
    std::optional<std::size_t> content_length;
    bool keep_alive = true;
    bool expects_continue = false;
    Headers headers;
};

/// What the gate says: a head, or the status and reason of the refusal. After a refusal the
/// connection is closed: where the next request begins is not known.
struct GateAnswer {
    std::optional<Head> head;
    int status = 400;
    std::string_view refusal;
};

/// Reads the bytes up to and including the empty line. Pure; safe everywhere.
/// `hosts` lists the allowed Host values without port; empty means any.
[[nodiscard]] GateAnswer pass_gate(std::string_view head_bytes, const GateLimits& limits,
                                   const std::vector<std::string>& hosts);

} // namespace songda::http

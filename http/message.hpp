#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace songda::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One request that passed the gate: every part of it is unambiguous (gate.hpp).
struct Request {
    std::string method;
    std::string path;  ///< origin-form without the query, printable ASCII, not decoded
    std::string query; ///< after `?`, not decoded
    Headers headers;   ///< names as sent
    std::string body;
    std::string peer; ///< numeric address of the other side
    /// SHA-256 of the client certificate that the TLS layer verified; nothing without one.
    std::optional<Digest> client_certificate;
    /// What the `{name}` parts of the route's pattern matched, in order.
    std::vector<std::string> path_values;

    /// The value of a header by case-insensitive name; empty if absent.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::string_view cookie(std::string_view name) const;
};

/// The rest of an answer that goes on while it is read (server-sent events). Asked again and again,
/// on a worker's thread and by one at a time, until it ends, the reader goes or the server stops.
class Pieces {
public:
    Pieces() = default;
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;
    virtual ~Pieces() = default;

    struct Piece {
        std::string bytes; ///< empty: nothing new
        bool last = false;
    };
    /// What there is by now; must be quick and not fail.
    [[nodiscard]] virtual Piece next() = 0;
};

struct Response {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    Headers headers;
    std::string body;
    /// Bytes that many answers share; sent after `body`. Null for none.
    std::shared_ptr<const std::string> shared_body;
    /// What follows the body, with no length told before; null: nothing.
    std::shared_ptr<Pieces> pieces = nullptr;
};

using Handler = std::function<Response(const Request&)>;

/// Where a handler runs. `quick` ones answer from memory in microseconds on the thread that read
/// the request; `worker` ones may wait for disk or keys.
enum class Place { quick, worker };

struct Route {
    std::string method;
    std::string
        pattern; ///< `/api/v1/documents/{id}`: a `{name}` matches within one segment, never empty;
                 ///< `{name...}` at the end matches all the rest, slashes and all
    std::size_t body_bytes_max = 0;
    Place place = Place::worker;
    Handler handle;
};

/// Header names and tokens: ASCII letters of either case are the same.
[[nodiscard]] bool same_name(std::string_view left, std::string_view right);

/// The reason phrase of a status code.
[[nodiscard]] std::string_view reason_phrase(int status);

/// Decodes %XX and, in form data, `+`. Nothing on a broken escape, NUL or ill-formed UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text,
                                                        bool plus_is_space = false);

} // namespace songda::http

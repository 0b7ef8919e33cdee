#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cups/cups.h>
#include <cups/ipp.h>

#include "base/bytes.hpp"
#include "base/deleter.hpp"
#include "base/result.hpp"

/// One conversation over IPP (RFC 8010, RFC 8011), for this room alone.
namespace songda::printing::detail {

using Connection = std::unique_ptr<http_t, Deleter<httpClose>>;
using Message = std::unique_ptr<ipp_t, Deleter<ippDelete>>;

struct Address {
    std::string scheme, host, resource;
    int port = 0;
};
/// Of `ipp://` or `ipps://`; nothing: it is none.
[[nodiscard]] std::optional<Address> parse_address(const std::string& uri);

struct TalkOptions {
    std::string uri;
    const char* user;
    std::chrono::milliseconds connect;
    std::chrono::milliseconds answer; ///< in which the other side says something
};

/// One conversation with one device. Belongs to one thread.
class Talk {
public:
    explicit Talk(const TalkOptions& options);
    [[nodiscard]] bool connected() const { return connection_ != nullptr; }

    /// A request with the device and the user in it.
    [[nodiscard]] Message ask(ipp_op_t operation) const;
    /// Null: no answer came. The request is libcups' from here on.
    [[nodiscard]] Message send(Message request, ByteView document = {}) const;
    /// Its HTTP server answers, and knows no such place or lets us not in (401 to 404): somebody
    /// has to set something right, here or there.
    [[nodiscard]] bool turned_away() const;

private:
    TalkOptions options_;
    Address address_;
    Connection connection_;
};

[[nodiscard]] bool is_good(const Message& answer);
/// Values of the first attribute of that name; none: empty.
[[nodiscard]] std::vector<std::string> texts(const Message& answer, const char* name);
[[nodiscard]] int number(const Message& answer, const char* name);
[[nodiscard]] bool has(const std::vector<std::string>& texts, std::string_view text);
[[nodiscard]] bool any_begins(const std::vector<std::string>& texts, std::string_view begin);

enum class NameMatch { whole, begins };
/// The job of that name, whatever became of it: of several one that goes on, else the newest. Fault
/// unavailable: the device did not say, so there may be one; forbidden: it turned us away.
[[nodiscard]] Result<std::optional<int>> find_job(const Talk& talk, const std::string& name,
                                                  NameMatch match = NameMatch::whole);
void cancel_job(const Talk& talk, int job);

} // namespace songda::printing::detail

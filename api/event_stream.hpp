#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "http/message.hpp"

namespace songda::api {

/// Server-sent events (HTML Living Standard §9.2): what was asked for again and again, a comment
/// when nothing was said for a while, so that nobody in between takes the stream for dead.
class EventStream : public http::Pieces {
public:
    explicit EventStream(const Clock& clock) : clock_(clock), written_(clock.now()) {}
    [[nodiscard]] Piece next() final;

protected:
    /// The events since the last time; empty: none. Nothing: the stream ends, and the reader comes
    /// again if it still may.
    [[nodiscard]] virtual std::optional<std::string> more(TimeMs now) = 0;

private:
    const Clock& clock_;
    TimeMs written_;
};

/// One event. `data` is one line, as JSON is.
void append_event(std::string& to, std::string_view id, std::string_view event,
                  std::string_view data);
[[nodiscard]] http::Response stream_response(std::shared_ptr<EventStream> events);

} // namespace songda::api

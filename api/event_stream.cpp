#include "api/event_stream.hpp"

namespace songda::api {
namespace {

/// How long a reader waits before it asks again, and how often a silent stream says that it lives.
constexpr std::string_view retry = "retry: 3000\n\n";
constexpr std::string_view ping = ": ping\n\n";
constexpr std::int64_t ping_ms = 15'000;

} // namespace

http::Pieces::Piece EventStream::next() {
    const TimeMs now = clock_.now();
    auto events = more(now);
    if (!events) {
        return {"", true};
    }
    if (events->empty() && now - written_ >= ping_ms) {
        *events = ping;
    }
    written_ = events->empty() ? written_ : now;
    return {*std::move(events)};
}

void append_event(std::string& to, std::string_view id, std::string_view event,
                  std::string_view data) {
    to.append("id: ").append(id).append("\nevent: ").append(event);
    to.append("\ndata: ").append(data).append("\n\n");
}

http::Response stream_response(std::shared_ptr<EventStream> events) {
    http::Response response;
    response.content_type = "text/event-stream";
    response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    response.body = retry;
    response.pieces = std::move(events);
    return response;
}

} // namespace songda::api

// Live tracking for the applicant: the opened inbox again whenever something in it has changed, as
// server-sent events.

#include "api/inbox_json.hpp"
#include "api/pages.hpp"
#include "api/routes.hpp"

namespace songda::api {
namespace {

/// How long a reader waits before it asks again, and how often a silent stream says that it lives.
constexpr std::string_view retry = "retry: 3000\n\n";
constexpr std::string_view ping = ": ping\n\n";
constexpr std::int64_t ping_ms = 15'000;

/// Each event is the whole inbox, so that who missed some lost nothing; its id is the hash of that,
/// so that who comes back and missed nothing is told nothing.
class InboxEvents final : public http::Pieces {
public:
    InboxEvents(const ApiParts& parts, const store::InboxId& inbox, std::string session,
                std::string seen)
        : parts_(parts), inbox_(inbox), session_(std::move(session)), seen_(std::move(seen)),
          written_(parts.clock.now()) {}

    Piece next() override {
        const TimeMs now = parts_.clock.now();
        const auto list = parts_.collecting.list(inbox_);
        if (!list.ok() || !parts_.applicant_keys.check_session(session_, now)) {
            return {"", true}; // the reader comes again, with its session if that is still good
        }
        const std::string text = inbox_json(parts_, list.value());
        const std::string id = etag_of(text);
        if (id != seen_) {
            seen_ = id;
            written_ = now;
            return {"id: " + id + "\nevent: inbox\ndata: " + text + "\n\n"};
        }
        if (now - written_ < ping_ms) {
            return {};
        }
        written_ = now;
        return {std::string(ping)};
    }

private:
    const ApiParts& parts_;
    const store::InboxId inbox_;
    const std::string session_; ///< the stream ends with it
    std::string seen_;
    TimeMs written_;
};

http::Response follow(const ApiParts& parts, const http::Request& request,
                      const store::InboxId& inbox) {
    http::Response response;
    response.content_type = "text/event-stream";
    response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    response.body = retry;
    response.pieces =
        std::make_shared<InboxEvents>(parts, inbox, std::string(request.cookie(session_cookie)),
                                      std::string(request.header("Last-Event-ID")));
    return response;
}

} // namespace

void add_inbox_event_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back({"GET", "/api/v1/inbox/events", Policy::applicant, 0, http::Place::quick,
                  [&parts](const http::Request& request, const ApiRoute::Caller& caller) {
                      return follow(parts, request, caller.inbox);
                  }});
}

} // namespace songda::api

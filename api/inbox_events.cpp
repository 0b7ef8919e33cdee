// Live tracking for the applicant: the opened inbox again whenever something in it has changed, as
// server-sent events.

#include "api/event_stream.hpp"
#include "api/inbox_json.hpp"
#include "api/pages.hpp"
#include "api/routes.hpp"

namespace songda::api {
namespace {

/// Each event is the whole inbox, so that who missed some lost nothing; its id is the hash of that,
/// so that who comes back and missed nothing is told nothing. It ends with the session.
class InboxEvents final : public EventStream {
public:
    InboxEvents(const ApiParts& parts, const store::InboxId& inbox, std::string session,
                std::string seen)
        : EventStream(parts.clock), parts_(parts), inbox_(inbox), session_(std::move(session)),
          seen_(std::move(seen)) {}

private:
    std::optional<std::string> more(TimeMs now) override {
        if (!parts_.applicant_keys.check_session(session_, now)) {
            return std::nullopt;
        }
        const auto list = parts_.collecting.list(inbox_);
        if (!list.ok()) {
            return std::nullopt;
        }
        const std::string text = inbox_json(parts_, list.value());
        std::string id = etag_of(text);
        std::string events;
        if (id != seen_) {
            append_event(events, id, "inbox", text);
            seen_ = std::move(id);
        }
        return events;
    }

    const ApiParts& parts_;
    const store::InboxId inbox_;
    const std::string session_;
    std::string seen_;
};

http::Response follow(const ApiParts& parts, const http::Request& request,
                      const store::InboxId& inbox) {
    return stream_response(
        std::make_shared<InboxEvents>(parts, inbox, std::string(request.cookie(session_cookie)),
                                      std::string(request.header("Last-Event-ID"))));
}

} // namespace

void add_inbox_event_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back({"GET", "/api/v1/inbox/events", Policy::applicant, 0, http::Place::quick,
                  [&parts](const http::Request& request, const ApiRoute::Caller& caller) {
                      return follow(parts, request, caller.inbox);
                  }});
}

} // namespace songda::api

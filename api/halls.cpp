// The screens of a hall: what is ready to be collected there and its notices, read-only, for
// whoever shows the hall's token.
#include "api/halls.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "api/event_stream.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api/wire.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/hall.hpp"

namespace songda::api {
namespace {

/// However many screens there are, the store is looked at once in that time.
constexpr std::int64_t fresh_ms = 3000;

std::string display_json(const Hall& hall, const std::vector<delivery::ReadyInHall>& ready) {
    std::string to;
    JsonObject object(to);
    object.text("place", hall.place);
    object.text("title", hall.title);
    object.begin("ready");
    append_json_array(to, ready, [&](const delivery::ReadyInHall& each) {
        JsonObject row(to);
        row.text("name", each.name);
        row.text("number", each.number);
        row.raw("counter", each.at_counter ? "true" : "false");
        row.raw("kiosk", each.at_kiosk ? "true" : "false");
        row.end();
    });
    object.begin("notices");
    append_json_array(to, hall.notices,
                      [&](const std::string& notice) { append_json_string(to, notice); });
    object.end();
    return to;
}

/// What the screens of all halls read. Thread-safe.
class HallBoard {
public:
    explicit HallBoard(const ApiParts& parts) : parts_(parts) {}

    [[nodiscard]] Result<std::string> read(const Hall& hall, TimeMs now) {
        const std::scoped_lock lock(mutex_);
        Shown& shown = shown_[hall.place];
        if (shown.text.empty() || shown.at + fresh_ms <= now || now < shown.at) {
            const auto ready = delivery::ready_in_hall(parts_.store, hall.departments, now);
            if (!ready.ok()) {
                return ready.error();
            }
            shown = {now, display_json(hall, ready.value())};
        }
        return shown.text;
    }

private:
    struct Shown {
        TimeMs at;
        std::string text;
    };
    const ApiParts& parts_;
    std::mutex mutex_;
    std::map<std::string, Shown> shown_;
};

/// Each event is the whole display; its id is the hash of that.
class HallEvents final : public EventStream {
public:
    HallEvents(const ApiParts& parts, std::shared_ptr<HallBoard> board, const Hall& hall,
               std::string seen)
        : EventStream(parts.clock), board_(std::move(board)), hall_(hall), seen_(std::move(seen)) {}

private:
    std::optional<std::string> more(TimeMs now) override {
        const auto text = board_->read(hall_, now);
        if (!text.ok()) {
            return std::nullopt;
        }
        std::string id = etag_of(text.value());
        std::string events;
        if (id != seen_) {
            append_event(events, id, "display", text.value());
            seen_ = std::move(id);
        }
        return events;
    }

    const std::shared_ptr<HallBoard> board_;
    const Hall& hall_;
    std::string seen_;
};

/// The same for an unknown hall and a wrong token.
const Hall* find_hall(const ApiParts& parts, const http::Request& request) {
    const auto bytes = from_hex(bearer_of(request).value_or(std::string_view()));
    const Digest token = sha256(bytes.value_or(Bytes()));
    const Hall* found = nullptr;
    for (const Hall& hall : parts.halls) {
        const bool right = equal_constant_time(hall.token, token);
        found = right && hall.place == request.path_values.front() ? &hall : found;
    }
    return found;
}

http::Response display(const ApiParts& parts, const std::shared_ptr<HallBoard>& board,
                       const http::Request& request) {
    const Hall* const hall = find_hall(parts, request);
    if (hall == nullptr) {
        return problem_response({401, "screen-unknown", "公告屏口令不对，或没有这个大厅",
                                 "There is no such hall, or its screen's token is wrong."});
    }
    if (request.header("Accept").find("text/event-stream") != std::string_view::npos) {
        return stream_response(std::make_shared<HallEvents>(
            parts, board, *hall, std::string(request.header("Last-Event-ID"))));
    }
    auto text = board->read(*hall, parts.clock.now());
    return text.ok() ? json_response(200, std::move(text).value())
                     : problem_response(problem_of(text.error()));
}

} // namespace

void add_hall_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    const auto page = std::make_shared<const std::string>(html);
    const auto board = std::make_shared<HallBoard>(parts);
    // The same page for every hall, known or not; its token is behind the # of its address.
    to.push_back(
        {"GET", "/halls/{place}", Policy::anyone, 0, http::Place::quick,
         [page](const http::Request&, const ApiRoute::Caller&) { return unkept_page(page); }});
    to.push_back({"GET", "/api/v1/halls/{place}/display", Policy::screen, 0, http::Place::worker,
                  [&parts, board](const http::Request& request, const ApiRoute::Caller&) {
                      return display(parts, board, request);
                  }});
}

} // namespace songda::api

#include "delivery/channels/provider/report_book.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/durable_file.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/provider/sealed_text.hpp"

namespace songda::delivery::provider {
namespace {

constexpr std::size_t day_bytes_max = 1U << 30U;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::string_view suffix = ".log";
constexpr const char* settled_name = "/settled";

Private<Bytes> derived(const Private<Bytes>& secret, std::string_view purpose) {
    const Digest digest = hmac_sha256(secret.reveal(), as_bytes(purpose));
    return Private<Bytes>(Bytes(digest.begin(), digest.end()));
}

std::string day_of(TimeMs at) {
    return to_text(china_date(at));
}

/// Days in the folder, oldest first.
std::vector<std::string> days_in(const std::string& folder, const std::string& since) {
    std::vector<std::string> days;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        const std::string name = entry.path().filename();
        const std::string day = name.substr(0, name.size() - std::min(name.size(), suffix.size()));
        if (name.ends_with(suffix) && parse_date(day) && day >= since) {
            days.push_back(day);
        }
    }
    std::sort(days.begin(), days.end());
    return days;
}

/// `2026-11-30 17`; nothing was settled if it cannot be read.
BookPlace read_settled(const std::string& path) {
    const auto bytes = read_whole(path, 64);
    const std::string_view text = bytes.ok() ? as_text(bytes.value()) : std::string_view();
    BookPlace place;
    if (text.size() > 11) {
        place.day = text.substr(0, 10);
        (void)std::from_chars(text.data() + 11, text.data() + text.size(), place.line);
    }
    return place;
}

} // namespace

ReportBook::ReportBook(Parts parts)
    : parts_(std::move(parts)), seal_key_(derived(parts_.secret, "seal")),
      address_key_(derived(parts_.secret, "recipient")) {}

Result<std::unique_ptr<ReportBook>> ReportBook::open(Parts parts) {
    std::unique_ptr<ReportBook> book(new ReportBook(std::move(parts)));
    const std::string& folder = book->parts_.folder;
    const auto made = make_folder(folder, 0700);
    if (!made.ok()) {
        return made.error();
    }
    auto lock = FolderLock::take(folder);
    if (!lock.ok()) {
        return lock.error();
    }
    book->lock_.emplace(std::move(lock).value());
    book->settled_ = read_settled(folder + settled_name);
    const auto read = book->read_days();
    if (!read.ok()) {
        return read.error();
    }
    return book;
}

std::string ReportBook::path_of(const std::string& day) const {
    return parts_.folder + '/' + day + std::string(suffix);
}

Result<void> ReportBook::read_days() {
    const TimeMs now = parts_.clock.now();
    const std::string today = day_of(now);
    for (const std::string& day : days_in(parts_.folder, day_of(now + -(days_read - 1) * day_ms))) {
        if (day == today) {
            continue;
        }
        const auto bytes = read_whole(path_of(day), day_bytes_max);
        if (!bytes.ok()) {
            return bytes.error();
        }
        std::size_t line = 0;
        const auto read = read_chain(
            as_text(bytes.value()), chain_start(),
            [&](std::string_view json) { return read_line(day, ++line, json); }, path_of(day));
        if (!read.ok()) {
            return read.error();
        }
    }
    return open_today(today);
}

Result<void> ReportBook::open_today(const std::string& day) {
    std::size_t line = 0;
    const bool again = !day_.empty(); // what it says was read, or written, by this object
    auto opened = ChainFile::open(
        path_of(day), chain_start(),
        [&](std::string_view json) {
            return again ? Result<void>() : read_line(day, ++line, json);
        },
        day_bytes_max);
    if (!opened.ok()) {
        return opened.error();
    }
    file_.emplace(std::move(opened).value());
    day_ = day;
    return {};
}

Result<void> ReportBook::read_line(const std::string& day, std::size_t line,
                                   std::string_view json) {
    const Error corrupt{Fault::corrupt, "is no line of this book"};
    const auto read = parse_json(json);
    if (!read.ok()) {
        return corrupt;
    }
    const rapidjson::Value& root = read.value().root();
    const auto at = parse_rfc3339(member_text(root, "at"));
    if (!at) {
        return corrupt;
    }
    if (const auto sealed = member_text(root, "report"); !sealed.empty()) {
        const BookPlace place{day, line};
        if (place < settled_) {
            return {};
        }
        auto body = open_text(sealed, seal_key_, member_text(root, "at"));
        if (!body) {
            return Error{Fault::corrupt, "was sealed with another delivery secret"};
        }
        unsettled_.push_back({place, *at, Private<std::string>(*std::move(body))});
        return {};
    }
    const auto leg = parse_leg_id(member_text(root, "sent"));
    if (!leg) {
        return corrupt;
    }
    if (const std::string ref(member_text(root, "ref")); !ref.empty()) {
        keep_ref(ref, *leg, day);
    }
    if (day == day_of(parts_.clock.now())) {
        sent_before_.emplace_back(member_text(root, "to"), *at);
    }
    return {};
}

Result<void> ReportBook::sync_through(std::uint64_t number) {
    const std::scoped_lock syncing(sync_mutex_);
    if (synced_ >= number) {
        return {}; // another thread's sync covered it
    }
    if (lost_ >= number) {
        return Error{Fault::unavailable, "the book could not be written"};
    }
    std::uint64_t upto = 0;
    {
        const std::scoped_lock lock(file_mutex_);
        upto = appended_;
    }
    const auto synced = file_->sync();
    if (!synced.ok()) {
        const std::scoped_lock lock(file_mutex_);
        broken_ = true;
        lost_ = appended_;
        return synced;
    }
    synced_ = upto;
    return {};
}

/// Opens the file of the day, or once more one that failed.
Result<void> ReportBook::turn_to(const std::string& day) {
    const std::scoped_lock both(sync_mutex_, file_mutex_);
    if (!broken_ && day_ >= day) {
        return {}; // another thread did
    }
    if (!broken_) {
        const auto synced = file_->sync();
        if (!synced.ok()) {
            broken_ = true;
            lost_ = appended_;
            return synced;
        }
        synced_ = appended_;
    }
    const auto opened = open_today(std::max(day, day_));
    broken_ = !opened.ok();
    return opened;
}

Result<BookPlace> ReportBook::append(const std::string& json, const std::string& day) {
    BookPlace place;
    std::uint64_t number = 0;
    while (number == 0) {
        {
            const std::scoped_lock lock(file_mutex_);
            if (!broken_ && day_ >= day) {
                const auto appended = file_->append(json);
                if (!appended.ok()) {
                    broken_ = true;
                    return appended.error();
                }
                number = ++appended_;
                place = {day_, file_->lines()};
                break;
            }
        }
        const auto turned = turn_to(day);
        if (!turned.ok()) {
            return turned.error();
        }
    }
    const auto synced = sync_through(number);
    return synced.ok() ? Result(place) : synced.error();
}

Result<void> ReportBook::sent(const LegId& leg, const std::string& ref,
                              const std::string& recipient) {
    const TimeMs now = parts_.clock.now();
    if (!ref.empty()) {
        keep_ref(ref, leg, day_of(now)); // before the line: a report may be here already and ask
    }
    std::string json;
    JsonObject object(json);
    object.text("at", to_rfc3339(now));
    object.text("sent", to_text(leg));
    object.text_if("ref", ref);
    object.text("to", recipient);
    object.end();
    const auto place = append(json, day_of(now));
    return place.ok() ? Result<void>() : place.error();
}

Result<ReceivedBody> ReportBook::received(std::string_view body) {
    const TimeMs now = parts_.clock.now();
    const std::string at = to_rfc3339(now);
    std::string json;
    JsonObject object(json);
    object.text("at", at);
    object.text("report", seal_text(body, seal_key_, at, parts_.random));
    object.end();
    const auto place = append(json, day_of(now));
    if (!place.ok()) {
        return place.error();
    }
    return ReceivedBody{place.value(), now, Private<std::string>(std::string(body))};
}

std::optional<LegId> ReportBook::leg_of(const std::string& ref) const {
    const std::scoped_lock lock(refs_mutex_);
    for (auto day = refs_.rbegin(); day != refs_.rend(); ++day) {
        if (const auto found = day->second.find(ref); found != day->second.end()) {
            return found->second;
        }
    }
    return std::nullopt;
}

std::string ReportBook::ref_of(const LegId& leg) const {
    const std::scoped_lock lock(refs_mutex_);
    for (auto day = refs_.rbegin(); day != refs_.rend(); ++day) {
        for (const auto& [ref, known] : day->second) {
            if (known == leg) {
                return ref;
            }
        }
    }
    return {};
}

void ReportBook::keep_ref(const std::string& ref, const LegId& leg, const std::string& day) {
    const std::scoped_lock lock(refs_mutex_);
    refs_[day][ref] = leg;
    while (refs_.size() > static_cast<std::size_t>(days_read)) {
        refs_.erase(refs_.begin());
    }
}

std::string ReportBook::recipient_hash(std::string_view address) const {
    const Digest digest = hmac_sha256(address_key_.reveal(), as_bytes(address));
    return to_hex(ByteView(digest).first(16));
}

std::vector<ReceivedBody> ReportBook::take_unsettled() {
    return std::exchange(unsettled_, {});
}

void ReportBook::settled_before(const BookPlace& place) {
    if (settled_ < place) {
        const auto written = replace_file(parts_.folder + settled_name,
                                          place.day + ' ' + std::to_string(place.line) + '\n');
        if (!written.ok()) {
            log::warning("provider_book_mark_failed", {{"why", written.error().detail}});
            return;
        }
        settled_ = place;
    }
}

} // namespace songda::delivery::provider

#include "signer/marked_time.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/durable_file.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::string_view mark_title = "songda time mark 1";
constexpr std::string_view confirmation_title = "songda time confirmation 1";
constexpr std::size_t file_bytes_max = 4096;
/// A full disk is asked again that often, not at every request.
constexpr std::int64_t retry_ms = 1000;
/// Times are reserved that often for one request, should the disk be slower than the clock.
constexpr int reservations_max = 4;

std::string mark_path(const std::string& folder) {
    return folder + "/mark";
}
std::string confirmation_path(const std::string& folder) {
    return folder + "/confirmation";
}

std::string seal_lines(std::string lines) {
    return lines + "sha256 " + to_hex(sha256(as_bytes(lines))) + '\n';
}

/// `key value` lines under a title, the last of them the hash of those before it. Every line is
/// taken in order, and nothing may be left.
class Lines {
public:
    Lines(std::string_view text, std::string_view title) : rest_(text) {
        const std::size_t last = text.size() < 73 ? 0 : text.size() - 72; // sha256, space, hex, \n
        good_ = last > 0 && seal_lines(std::string(text.substr(0, last))) == text &&
                take(title) == std::optional<std::string_view>("");
    }
    std::string text(std::string_view key) {
        const auto value = good_ ? take(std::string(key) + ' ') : std::nullopt;
        good_ = good_ && value;
        return std::string(value.value_or(""));
    }
    std::int64_t number(std::string_view key) {
        const std::string digits = text(key);
        std::int64_t value = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        good_ = good_ && failure == std::errc() && end == digits.data() + digits.size() &&
                std::to_string(value) == digits;
        return value;
    }
    [[nodiscard]] bool at_hash() const { return good_ && rest_.size() == 72; }

private:
    /// What follows `begin` on the next line.
    std::optional<std::string_view> take(std::string_view begin) {
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos || !rest_.starts_with(begin)) {
            return std::nullopt;
        }
        const std::string_view value = rest_.substr(begin.size(), end - begin.size());
        rest_.remove_prefix(end + 1);
        return value;
    }

    std::string_view rest_;
    bool good_ = false;
};

struct Confirmation {
    TimeMs reserved; ///< of the mark that it was given for: the next reservation makes it void
    std::int64_t offset_ms = 0;
    std::string boot;
};

Result<std::string> read_small(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    std::string text(file_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

Result<TimeMark> read_mark(const std::string& folder) {
    const auto text = read_small(mark_path(folder));
    return text.ok() ? parse_time_mark(text.value()) : Result<TimeMark>(text.error());
}

std::optional<Confirmation> find_confirmation(const std::string& folder) {
    const auto text = read_small(confirmation_path(folder));
    if (!text.ok()) {
        return std::nullopt;
    }
    Lines lines(text.value(), confirmation_title);
    Confirmation found;
    found.reserved.value = lines.number("reserved");
    found.offset_ms = lines.number("offset");
    found.boot = lines.text("boot");
    (void)lines.text("by");
    (void)lines.text("reason");
    return lines.at_hash() ? std::optional(found) : std::nullopt;
}

/// On one line.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char letter) { return letter >= 0 && letter < ' '; }, ' ');
    return text.substr(0, 1000);
}

Error behind(TimeMs now, TimeMs told) {
    return {Fault::unavailable, "the clock is " + std::to_string(told - now) +
                                    " ms behind the last time that may have been told"};
}

Error jumped(std::int64_t by_ms, std::string_view since) {
    return {Fault::held, "the clock is " + std::to_string(by_ms) + " ms ahead of " +
                             std::string(since) + "; an operator must confirm it"};
}

} // namespace

std::string write_time_mark(const TimeMark& mark) {
    std::ostringstream lines;
    lines << mark_title << "\nreserved " << mark.reserved.value << "\noffset " << mark.offset_ms
          << "\nboot " << mark.boot << '\n';
    return seal_lines(lines.str());
}

Result<TimeMark> parse_time_mark(std::string_view text) {
    Lines lines(text, mark_title);
    TimeMark mark;
    mark.reserved.value = lines.number("reserved");
    mark.offset_ms = lines.number("offset");
    mark.boot = lines.text("boot");
    if (!lines.at_hash() || mark.reserved.value < 0) {
        return Error{Fault::corrupt, "not a time mark"};
    }
    return mark;
}

TimeLook look_at(const Clock& clock, const BootClock& boot_clock) {
    const std::int64_t before = boot_clock.since_boot_ms();
    const TimeMs now = clock.now();
    const std::int64_t after = boot_clock.since_boot_ms();
    return {now, now.value - after, now.value - before, boot_clock.boot()};
}

Result<void> judge_time(const TimeMark& mark, const TimeLook& look, const TimeLimits& limits) {
    if (look.boot == mark.boot) {
        const std::int64_t ahead = look.offset_least_ms - mark.offset_ms;
        return ahead > limits.jump_ms_max ? jumped(ahead, "the time that passed") : Result<void>();
    }
    const std::int64_t ahead = look.now - mark.reserved;
    return ahead > limits.absence_ms_max
               ? jumped(ahead, "the mark, which is older than this start of the machine")
               : Result<void>();
}

Result<std::unique_ptr<MarkedTime>> MarkedTime::open(Options options, const Clock& clock,
                                                     const BootClock& boot_clock) {
    std::unique_ptr<MarkedTime> time(new MarkedTime(std::move(options), clock, boot_clock));
    const auto taken = time->take_folder();
    if (!taken.ok()) {
        return taken.error();
    }
    const std::string& folder = time->options_.folder;
    auto mark = read_mark(folder);
    if (!mark.ok() && mark.error().fault == Fault::not_found) {
        // The first time of this folder: the clock is believed as it is.
        const TimeLook look = look_at(clock, boot_clock);
        mark = TimeMark{look.now, look.offset_most_ms, look.boot};
        const auto written = replace_file(mark_path(folder), write_time_mark(mark.value()));
        if (!written.ok()) {
            return written.error();
        }
    }
    if (!mark.ok()) {
        return Error{mark.error().fault, mark_path(folder) + ": " + mark.error().detail};
    }
    time->mark_ = mark.value();
    time->told_ = time->mark_.reserved;
    return time;
}

Result<void> MarkedTime::take_folder() {
    std::error_code failure;
    if (std::filesystem::create_directories(options_.folder, failure)) {
        std::filesystem::permissions(options_.folder, std::filesystem::perms::owner_all, failure);
    }
    const std::string path = options_.folder + "/lock";
    lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) {
        return Error{Fault::unavailable, path + ": cannot be written"};
    }
    return flock(lock_, LOCK_EX | LOCK_NB) == 0
               ? Result<void>()
               : Error{Fault::unavailable, options_.folder + ": another process tells time there"};
}

MarkedTime::~MarkedTime() {
    if (lock_ >= 0 && told_ < mark_.reserved && !refusing_) {
        TimeMark exact = mark_;
        exact.reserved = told_;
        (void)replace_file(mark_path(options_.folder), write_time_mark(exact)); // else a short wait
    }
    if (lock_ >= 0) {
        close(lock_);
    }
}

Result<TimeMs> MarkedTime::next() {
    const std::scoped_lock lock(mutex_);
    auto time = tell();
    const std::optional<Fault> refusing =
        time.ok() ? std::nullopt : std::optional(time.error().fault);
    if (refusing != refusing_) {
        refusing_ = refusing;
        if (options_.changed) {
            options_.changed(time.ok() ? std::nullopt : std::optional(time.error()));
        }
    }
    return time;
}

Result<TimeMs> MarkedTime::tell() {
    for (int i = 0; i < reservations_max; ++i) {
        const TimeLook look = look_at(clock_, boot_clock_);
        const auto verdict = judge_time(mark_, look, options_.limits);
        const bool decided = !verdict.ok() && confirmed(look);
        if (!verdict.ok() && !decided) {
            return verdict.error();
        }
        if (look.now < told_) {
            return behind(look.now, told_);
        }
        if (look.boot == mark_.boot && !decided) {
            // A clock that was set back is the new measure, or it could be set forwards again.
            mark_.offset_ms = std::min(mark_.offset_ms, look.offset_most_ms);
            if (look.now <= mark_.reserved) {
                told_ = look.now;
                return told_;
            }
        }
        const auto reserved = reserve(look);
        if (!reserved.ok()) {
            return reserved.error();
        }
    }
    return Error{Fault::unavailable, "the disk is slower than the clock"};
}

Result<void> MarkedTime::reserve(const TimeLook& look) {
    const std::int64_t since = look.now.value - look.offset_most_ms;
    if (write_failed_ && since < retry_at_ms_) {
        return *write_failed_;
    }
    const bool same = look.boot == mark_.boot && judge_time(mark_, look, options_.limits).ok();
    const TimeMark next{look.now + options_.limits.step_ms,
                        same ? mark_.offset_ms : look.offset_most_ms, look.boot};
    const auto written = replace_file(mark_path(options_.folder), write_time_mark(next));
    if (!written.ok()) {
        write_failed_ = written.error();
        retry_at_ms_ = since + retry_ms;
        return written;
    }
    write_failed_.reset();
    mark_ = next;
    return {};
}

bool MarkedTime::confirmed(const TimeLook& look) const {
    const auto found = find_confirmation(options_.folder);
    return found && found->reserved == mark_.reserved && found->boot == look.boot &&
           std::abs(found->offset_ms - look.offset_most_ms) <= options_.limits.jump_ms_max;
}

Result<TimeStanding> look_beside(const std::string& folder, const TimeLimits& limits,
                                 const Clock& clock, const BootClock& boot_clock) {
    const auto mark = read_mark(folder);
    if (!mark.ok()) {
        return mark.error();
    }
    const TimeLook look = look_at(clock, boot_clock);
    auto verdict = judge_time(mark.value(), look, limits);
    // The service may have reserved a step that it has not told yet.
    if (verdict.ok() && look.now + limits.step_ms < mark.value().reserved) {
        verdict = behind(look.now, mark.value().reserved);
    }
    return TimeStanding{mark.value(), look, verdict};
}

Result<void> confirm_time(const std::string& folder, const TimeStanding& standing,
                          const std::string& by, const std::string& reason) {
    if (standing.verdict.ok() || standing.verdict.error().fault != Fault::held) {
        return Error{Fault::conflict, "the time is not held"};
    }
    std::ostringstream lines;
    lines << confirmation_title << "\nreserved " << standing.mark.reserved.value << "\noffset "
          << standing.look.offset_most_ms << "\nboot " << standing.look.boot << "\nby "
          << one_line(by) << "\nreason " << one_line(reason) << '\n';
    return replace_file(confirmation_path(folder), seal_lines(lines.str()));
}

} // namespace songda::signer

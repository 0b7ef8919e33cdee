#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/chain_file.hpp"
#include "base/folder.hpp"
#include "base/ids.hpp"
#include "base/private.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::delivery::provider {

/// Where a line of the book stands.
struct BookPlace {
    std::string day; ///< `2026-11-30`, in China
    std::size_t line = 0;
    auto operator<=>(const BookPlace&) const = default;
};

struct ReceivedBody {
    BookPlace place;
    TimeMs at;
    Private<std::string> body;
};

/// What went out to one provider and what came back, as it came: an append-only file a day in a
/// folder of its own, each a chain of hashes (base/chain_file.hpp; docs/formats/provider.md). Raw
/// reports are kept sealed, recipients as keyed hashes: nothing in it is readable without the
/// delivery secret. Thread-safe; lines of many threads share one sync. One process at a time.
class ReportBook {
public:
    struct Parts {
        std::string folder; ///< of this provider; made if it is not there
        Private<Bytes> secret;
        const Clock& clock;
        Random& random;
    };
    /// Reads the days that still matter. Faults: corrupt names file and line, conflict (another
    /// process has it), as file_error.
    [[nodiscard]] static Result<std::unique_ptr<ReportBook>> open(Parts parts);

    /// A message that the provider took, or may have taken; on disk when this returns ok. `ref` is
    /// the provider's id, empty if it said none. Faults: unavailable, no_space.
    [[nodiscard]] Result<void> sent(const LegId& leg, const std::string& ref,
                                    const std::string& recipient);
    /// A report as it came; on disk when this returns ok. Faults: unavailable, no_space.
    [[nodiscard]] Result<ReceivedBody> received(std::string_view body);

    /// Which of our messages the provider means.
    [[nodiscard]] std::optional<LegId> leg_of(const std::string& ref) const;
    /// The provider's own id of one of our messages, of days_read days; empty: it is not known.
    /// Looks through all of them.
    [[nodiscard]] std::string ref_of(const LegId& leg) const;
    /// The keyed hash of a telephone number or account.
    [[nodiscard]] std::string recipient_hash(std::string_view address) const;

    /// What was received before this program began and is not known to be settled; once.
    [[nodiscard]] std::vector<ReceivedBody> take_unsettled();
    /// Recipients of today's messages that were sent before this program began, once a message.
    [[nodiscard]] const std::vector<std::pair<std::string, TimeMs>>& sent_before() const {
        return sent_before_;
    }
    /// All before this place is settled: after the next start it is not looked at again. Kept
    /// beside the book; when it cannot be written, more is looked at, which harms nothing.
    void settled_before(const BookPlace& place);

    /// How long what the provider calls by its own id can be reported on.
    static constexpr int days_read = 8;

private:
    explicit ReportBook(Parts parts);
    [[nodiscard]] Result<void> read_days();
    [[nodiscard]] Result<void> read_line(const std::string& day, std::size_t line,
                                         std::string_view json);
    [[nodiscard]] Result<void> open_today(const std::string& day);
    [[nodiscard]] Result<BookPlace> append(const std::string& json, const std::string& day);
    [[nodiscard]] Result<void> sync_through(std::uint64_t number);
    [[nodiscard]] Result<void> turn_to(const std::string& day);
    void keep_ref(const std::string& ref, const LegId& leg, const std::string& day);
    [[nodiscard]] std::string path_of(const std::string& day) const;

    const Parts parts_;
    const Private<Bytes> seal_key_;
    const Private<Bytes> address_key_;
    std::optional<FolderLock> lock_;

    std::mutex sync_mutex_;         ///< before file_mutex_ where both are taken
    std::mutex file_mutex_;         ///< guards the next four
    std::optional<ChainFile> file_; ///< another one only with both mutexes
    bool broken_ = false;           ///< it is to be opened again before anything is written
    std::string day_;
    std::uint64_t appended_ = 0; ///< lines, by this object
    std::uint64_t synced_ = 0;   ///< of these; guarded by sync_mutex_
    std::uint64_t lost_ = 0;     ///< those up to here that are not synced never will be; the same

    mutable std::mutex refs_mutex_;
    std::map<std::string, std::map<std::string, LegId>> refs_; ///< by day; of days_read days
    std::vector<ReceivedBody> unsettled_;
    std::vector<std::pair<std::string, TimeMs>> sent_before_;
    BookPlace settled_;
};

} // namespace songda::delivery::provider

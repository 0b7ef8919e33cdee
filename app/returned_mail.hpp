#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "app/maildir.hpp"
#include "app/paced_thread.hpp"
#include "base/metrics.hpp"
#include "base/private.hpp"
#include "base/time.hpp"
#include "delivery/mail_report.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Takes what comes to the bounce domain out of a Maildir that a mail server fills: finds the leg
/// by its return path, lets songda-mail-reader (a cage) say what the mail reports, settles the leg,
/// and then moves the mail to `cur/`, where it stays as evidence. What cannot be matched to a leg
/// or understood goes to `.unmatched`, which a gauge counts until a person takes it out. A crash
/// anywhere is harmless: the mail is looked at again and changes nothing twice. No mail holds up
/// another. A thread of its own between `start` and the end of the object; `step` by hand without
/// it. All parts outlive it.
class ReturnedMailKeeping {
public:
    struct Options {
        std::string folder; ///< the Maildir
        std::string domain; ///< of our return paths
        Private<Bytes> secret;
        bool believe_delivered = false;
        std::string reader; ///< path of songda-mail-reader
        std::size_t mails_per_step = 64;
        std::chrono::milliseconds poll{2000};
        std::chrono::milliseconds rest{30'000}; ///< while a mail cannot be read or settled
    };
    struct Parts {
        store::Store& store;
        const Clock& clock;
        metrics::Registry& metrics;
    };
    /// Faults as Maildir::open.
    [[nodiscard]] static Result<std::unique_ptr<ReturnedMailKeeping>> open(const Parts& parts,
                                                                           Options options);
    ReturnedMailKeeping(const ReturnedMailKeeping&) = delete;
    ReturnedMailKeeping& operator=(const ReturnedMailKeeping&) = delete;

    void start();
    /// Once; how long to wait before the next.
    std::chrono::milliseconds step();

private:
    /// What became of one mail.
    struct Verdict {
        enum class Place { kept, set_aside, waits };
        Place place;
        std::string_view kind; ///< of the metric
        std::string hash = {}; ///< of the mail
    };
    ReturnedMailKeeping(const Parts& parts, Options options, Maildir maildir);
    [[nodiscard]] Result<Verdict> look_at(const std::string& name) const;
    [[nodiscard]] Result<Verdict> judge(const Maildir::Message& message) const;
    [[nodiscard]] static Verdict set_aside(std::string_view kind, std::string_view leg,
                                           std::string_view source);
    [[nodiscard]] Result<Verdict> settle(const LegId& leg,
                                         const delivery::MailReport& report) const;
    void tell(const store::LegRow& leg, const store::LegUpdate& update,
              const delivery::MailReport& report) const;
    void count(std::string_view kind) const;

    const Parts parts_;
    const Options options_;
    const Maildir maildir_;
    const metrics::Gauge waiting_;
    const metrics::Gauge unmatched_;
    std::string last_; ///< name of the mail that was looked at last
    bool resting_ = false;
    PacedThread thread_; ///< first to go
};

} // namespace songda::app

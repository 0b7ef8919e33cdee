#pragma once

#include <chrono>
#include <cstdint>

#include "app/paced_thread.hpp"
#include "base/metrics.hpp"
#include "base/sm2.hpp"
#include "base/time.hpp"
#include "signer/signer.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Makes the SM2 messages over the records of documents, behind their issue, and where a department
/// has an electronic seal with it the revision that carries that: takes what is due,
/// asks the signer outside any transaction, stores what it made in one commit. Nothing waits for it
/// but who asks for a message. What could not be made is tried again, later each time; while nobody
/// answers, nothing is written and everything waits. A crash before the commit leaves the message
/// due: it is made again. A thread of its own between `start` and the end of the object; `step` by
/// hand without it. All parts outlive it.
class MessageKeeping {
public:
    struct Options {
        std::size_t messages_per_step = 64; ///< that share one commit
        std::chrono::milliseconds poll{500};
        std::chrono::milliseconds pause_first{1000}; ///< while the signer or the store is away
        std::chrono::milliseconds pause_most{30'000};
        std::int64_t retry_first_ms = 60'000; ///< of one document; then twice as long each time
        std::int64_t retry_most_ms = 3'600'000;
    };
    struct Parts {
        store::Store& store;
        signer::Signer& signer;
        const Clock& clock;
        metrics::Registry& metrics;
        Sm2Style style;
    };
    explicit MessageKeeping(const Parts& parts) : MessageKeeping(parts, Options()) {}
    MessageKeeping(const Parts& parts, const Options& options);
    MessageKeeping(const MessageKeeping&) = delete;
    MessageKeeping& operator=(const MessageKeeping&) = delete;

    void start();
    /// Once; how long to wait before the next.
    std::chrono::milliseconds step();

private:
    struct Made;
    struct Wanted;
    void make(const DepartmentCode& department, const Wanted& wanted, Made& to) const;
    [[nodiscard]] Result<store::MessageWrite> finish(const Wanted& wanted, std::size_t at,
                                                     Result<Bytes> message) const;
    [[nodiscard]] Made make_all(std::span<const store::MessageRow> rows) const;
    void put_off(const store::MessageRow& row, const Error& why, Made& to) const;
    [[nodiscard]] std::chrono::milliseconds rest(const Error& why);

    const Parts parts_;
    const Options options_;
    const metrics::Counter made_;
    const metrics::Counter failed_;
    const metrics::Gauge waiting_;
    std::chrono::milliseconds pause_{0}; ///< the last, while somebody is away
    PacedThread thread_;                 ///< first to go
};

} // namespace songda::app

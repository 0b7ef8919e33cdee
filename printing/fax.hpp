#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::printing {

struct FaxOrder {
    std::string name; ///< the leg; its job is found again by it after a lost answer
    ByteView pdf;
    std::string to;          ///< `tel:+862584567890` (RFC 3966)
    std::uint32_t pages = 0; ///< of the document; so many must be confirmed
    /// Whoever looked says that it did not arrive: a job that ended without saying so is no reason
    /// not to call.
    bool anew = false;
};

/// What became of a call.
struct FaxOutcome {
    enum class Kind {
        confirmed,   ///< completed, and exactly the document's pages were confirmed
        short_of,    ///< completed with fewer pages
        busy,        ///< the line was
        no_answer,   ///< nobody took the call
        no_fax,      ///< a voice, or nothing that faxes, took it
        broken,      ///< the call broke off, or the modem failed
        refused,     ///< the device takes no such order, number or file: nothing was sent
        forbidden,   ///< the device does not know us, or not this queue, by IPP or already by
                     ///< HTTP (401 to 404): nothing was sent
        away,        ///< the device does not answer or takes no orders now: nothing was sent
        unconfirmed, ///< over, and all pages may have gone: the device does not say
        unknown,     ///< it may be sending still
        left_alone,  ///< told to stop waiting: the device goes on, and the job is found again
        not_begun,   ///< told to stop before anything was sent
    };
    Kind kind = Kind::unknown;
    int job = 0;             ///< job-id; 0: none
    std::uint32_t pages = 0; ///< confirmed
    std::string reason;      ///< the device's word: `fax-modem-line-busy`; `other`; may be empty
    bool found_again = false;
    /// When the job was over by the device's clock (date-time-at-completed), which may be wrong;
    /// nothing: it does not say.
    std::optional<TimeMs> completed = {};
};

/// One fax line behind IPP FaxOut (PWG 5100.15 over RFC 8011): a gateway, a multi-function device,
/// a CUPS queue. A connection for each question. Safe to call from several threads.
class FaxLine {
public:
    struct Options {
        std::string uri; ///< `ipps://fax.internal/ipp/faxout`; ipp too
        std::chrono::milliseconds connect{5000};
        std::chrono::milliseconds call{600'000};  ///< from the order to the last page
        std::chrono::milliseconds between{1000};  ///< looks at the job
        std::chrono::milliseconds answer{15'000}; ///< in which the device says something
        std::chrono::milliseconds cancel{30'000}; ///< in which a cancelled job ends
    };
    /// Fault invalid_input: no such address.
    [[nodiscard]] static Result<FaxLine> make(Options options);

    /// A job of that order that goes on, was confirmed, or may have been, is followed and nothing
    /// is sent twice.
    /// Else Create-Job with destination-uris, Send-Document with last-document, and the job until
    /// it is over, past `call` cancelled and followed until that has come true. Blocks for `call`
    /// and `cancel` at most, and one `answer`; `stop` ends it between two looks.
    [[nodiscard]] FaxOutcome send(const FaxOrder& order, const std::atomic<bool>& stop) const;
    /// What has become of the order of that name; calls nobody. `unknown`: it goes on, or the
    /// device does not say, or knows it no more.
    [[nodiscard]] FaxOutcome find(const std::string& name) const;

private:
    explicit FaxLine(Options options) : options_(std::move(options)) {}
    Options options_;
};

} // namespace songda::printing

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::printing {

/// How a printer stands (Get-Printer-Attributes).
struct PrinterState {
    std::string state;                ///< `idle`, `processing`, `stopped`
    std::vector<std::string> reasons; ///< `media-jam-error`; none: empty
    bool accepting = false;
    bool takes_pdf = false;
    /// Says how many sides came out? Known by the jobs that it completed; nothing: it has none yet.
    std::optional<bool> counts = std::nullopt;
    /// For people and the heartbeat: `stopped media-jam-error`, `idle no-page-count`.
    [[nodiscard]] std::string words() const;
};

struct PrintOrder {
    std::string name; ///< job-name: the leg and the copy; found again by it after a lost answer
    ByteView pdf;
    bool two_sided = false;
};

/// What became of the paper.
struct PrintOutcome {
    enum class Kind {
        printed, ///< completed, and sheets came out
        busy,    ///< the printer prints something else: nothing was sent; again later
        failed,  ///< surely not complete; sheets may have come out
        unknown, ///< it may print still: the printer went away, or a cancelled job did not end
    };
    Kind kind = Kind::failed;
    std::uint32_t sheets = 0; ///< sides 面 that the printer counted
    std::string reason;       ///< of `failed`: `printer_jam`, `printer_media`, …
    bool found_again = false; ///< the job was there already, and nothing was sent twice
};

/// One IPP printer, by its address; a connection for each call. Belongs to one thread.
class Printer {
public:
    struct Options {
        std::string uri; ///< `ipp://localhost:631/ipp/print`; ipps too
        std::chrono::milliseconds connect{5000};
        std::chrono::milliseconds print{100'000}; ///< from the order to the last sheet
        std::chrono::milliseconds between{500};   ///< looks at the job
        std::chrono::milliseconds answer{15'000}; ///< in which the printer says something
        std::chrono::milliseconds cancel{10'000}; ///< in which a cancelled job ends
    };
    /// Fault invalid_input: no such address.
    [[nodiscard]] static Result<Printer> make(Options options);

    /// Fault unavailable: it does not answer.
    [[nodiscard]] Result<PrinterState> look() const;

    /// Validate-Job, then Print-Job on A4 (media, sides, one copy, nothing substituted), then the
    /// job until it is over: completed alone is not printed, sheets are counted. A job of that name
    /// that is there already is followed and not sent again. A jam that lasts past the time cancels
    /// the job, which is followed until it ends. Blocks for `print` and `cancel` at most, and one
    /// `answer`.
    [[nodiscard]] PrintOutcome print(const PrintOrder& order) const;

    /// What became of a job whose outcome was `unknown`; nothing is sent, and it is cancelled when
    /// it goes on. `failed` with `printer_gone`: the printer answers and has no such job.
    [[nodiscard]] PrintOutcome look_for(const std::string& name) const;

private:
    explicit Printer(Options options) : options_(std::move(options)) {}
    Options options_;
};

} // namespace songda::printing

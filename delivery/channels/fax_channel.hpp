#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "delivery/channel.hpp"
#include "printing/fax.hpp"

namespace songda::delivery {

struct FaxOptions {
    printing::FaxLine::Options line;
    std::string phone_context = "+86"; ///< of numbers without `+` (RFC 3966 §5.1.5)
};

/// The channel `fax` 传真: the document itself, by a fax line behind IPP FaxOut. Reached means that
/// the far machine confirmed every page; less is no service. A leg is one job, by its id: what the
/// device has is found again and not sent twice, so that a lost lease may be sent again. What is
/// told besides documents goes no such way. Blocks for a whole call. Safe to call from several
/// threads. docs/operating/fax.md.
class FaxChannel final : public Channel {
public:
    /// `clock` outlives it. Faults: invalid_input names what is wrong.
    [[nodiscard]] static Result<std::unique_ptr<FaxChannel>> make(FaxOptions options,
                                                                  const Clock& clock);

    [[nodiscard]] ChannelTraits traits() const override;
    [[nodiscard]] Outcome send(const Dispatch& dispatch) override;
    /// Reached: every page was confirmed, when the device says. Absent: the device itself says
    /// that the call came to nothing.
    [[nodiscard]] Found find(const store::LegRow& leg, SentBetween sent) override;

    /// From now on no call begins; those that go on are left to the device, their legs are UNKNOWN
    /// and found again later.
    void leave() { leaving_ = true; }

private:
    FaxChannel(FaxOptions options, printing::FaxLine line, const Clock& clock)
        : options_(std::move(options)), line_(std::move(line)), clock_(clock) {}

    const FaxOptions options_;
    const printing::FaxLine line_;
    const Clock& clock_;
    std::atomic<bool> leaving_{false};
};

/// `tel:+862584567890`, or `tel:02584567890;phone-context=+86`; empty: no telephone number.
[[nodiscard]] std::string tel_uri(std::string_view number, std::string_view phone_context);

/// Pages of a document as it was issued; 0: it is not as this program writes them.
[[nodiscard]] std::uint32_t pages_of(ByteView issued);

} // namespace songda::delivery

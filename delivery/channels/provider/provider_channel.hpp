#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "base/random.hpp"
#include "delivery/channel.hpp"
#include "delivery/channels/provider/report_book.hpp"
#include "delivery/channels/provider/request.hpp"
#include "delivery/channels/provider/spec.hpp"

namespace songda::delivery::provider {

struct ProviderOptions {
    std::string name; ///< `sms-main`: in the address of its reports, logs and metrics
    Spec spec;
    Secrets secrets;     ///< all that the spec asks for
    std::string ca_file; ///< PEM; empty: the system's authorities
    /// For a provider inside our own network. Also lets `http` through, to loopback only.
    bool allow_private_addresses = false;
    unsigned threads = 2; ///< that send at the same time
};

/// All outlive the channel.
struct ProviderParts {
    const Clock& clock;
    Random& random;
    metrics::Registry& metrics;
    std::shared_ptr<ReportBook> book; ///< null: nothing is written down (`songda provider try`)
    /// Waits for a place in the provider's line; a test's does not.
    std::function<void(std::chrono::milliseconds)> pause;
};

/// A channel `sms`, `wechat` or `voice` over a provider that its file describes. It tells (告知)
/// and never serves. Safe to call from several threads. docs/formats/provider.md.
class ProviderChannel final : public Channel {
public:
    /// Faults: invalid_input names what is missing.
    [[nodiscard]] static Result<std::unique_ptr<ProviderChannel>> make(ProviderOptions options,
                                                                       ProviderParts parts);
    ~ProviderChannel() override;

    [[nodiscard]] ChannelTraits traits() const override;
    [[nodiscard]] Outcome send(const Dispatch& dispatch) override;
    /// By the file's `[lookup]`, of the day or the two days on which it may have been sent; unsure
    /// where the file has none.
    [[nodiscard]] Found find(const store::LegRow& leg, SentBetween sent) override;

    /// Sends one message that is no leg's, without limits: for an operator who tries a file.
    [[nodiscard]] Outcome try_out(const MessageFacts& facts);
    /// Asks what became of that message, sent just now; for the same. Of a spec with a lookup.
    [[nodiscard]] Found look_up(const MessageFacts& facts);

private:
    struct Inside;
    explicit ProviderChannel(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

/// The facts of a leg that tells. Pure.
[[nodiscard]] MessageFacts facts_of(const Dispatch& dispatch);

/// An address as the channel has them: a telephone number of 5 to 20 digits, `+` before them or
/// not, or a WeChat account's id.
[[nodiscard]] bool is_address(std::string_view channel, std::string_view address);

} // namespace songda::delivery::provider

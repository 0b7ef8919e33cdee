#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "base/time.hpp"
#include "delivery/channel.hpp"
#include "delivery/channels/provider/answer.hpp"

namespace songda::delivery::provider {

/// The one owner of an account's access token: a second one that asked for a token would make the
/// first one's void (delivery.md §6.3). Thread-safe; while one thread asks, the others wait for its
/// answer and ask no more.
class TokenKeeper {
public:
    /// Asks the provider.
    using Ask = std::function<std::variant<Token, Outcome>(TimeMs now)>;
    explicit TokenKeeper(Ask ask) : ask_(std::move(ask)) {}

    /// One that lives a minute or more, asked for if there is none. An Outcome: there is none to be
    /// had. For ten seconds after a failure nobody asks again.
    [[nodiscard]] std::variant<std::string, Outcome> get(TimeMs now);
    /// The provider refused this one. If another one is there already, nothing happens.
    void refused(const std::string& token);

private:
    static constexpr std::int64_t least_ms = 60'000;
    static constexpr std::int64_t rest_ms = 10'000;

    const Ask ask_;
    std::mutex mutex_;
    std::string token_; ///< empty: none
    TimeMs expires_;
    std::optional<Outcome> failure_; ///< the last, until `again_`
    TimeMs again_;
};

} // namespace songda::delivery::provider

#include "delivery/channels/provider/token_keeper.hpp"

namespace songda::delivery::provider {

std::variant<std::string, Outcome> TokenKeeper::get(TimeMs now) {
    const std::scoped_lock lock(mutex_);
    if (!token_.empty() && expires_ - now >= least_ms) {
        return token_;
    }
    if (failure_ && now < again_) {
        return *failure_;
    }
    const auto answer = ask_(now);
    if (const auto* const failure = std::get_if<Outcome>(&answer)) {
        failure_ = *failure;
        again_ = now + rest_ms;
        return *failure;
    }
    const Token& token = std::get<Token>(answer);
    token_ = token.text;
    expires_ = now + token.lives_ms;
    failure_.reset();
    return token_;
}

void TokenKeeper::refused(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    if (token_ == token) {
        token_.clear();
    }
}

} // namespace songda::delivery::provider

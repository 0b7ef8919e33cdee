#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "signer/augmenter.hpp"

namespace songda::fakes {

/// Gives each file the wanted level, by a line that no PDF has, or answers what the test says.
/// Writes down what it was asked. Thread-safe, as Augmenter asks, but for `answer`.
class FakeAugmenter final : public signer::Augmenter {
public:
    struct Asked {
        Bytes file;
        std::size_t issued_bytes = 0;
        SignatureLevel wanted = SignatureLevel::b_b;
    };
    /// Fault, or nothing for the usual answer.
    std::function<std::optional<Error>()> refuse = [] { return std::nullopt; };
    std::function<void()> meanwhile = [] {};
    SignatureLevel most = SignatureLevel::b_lta; ///< as far as it goes at once
    std::optional<TimeMs> proven_until = TimeMs{2'000'000'000'000};

    [[nodiscard]] Result<signer::Augmentation> augment(ByteView file, std::size_t issued_bytes,
                                                       SignatureLevel wanted) override {
        meanwhile();
        const std::scoped_lock lock(mutex_);
        asked_.push_back({Bytes(file.begin(), file.end()), issued_bytes, wanted});
        if (const auto error = refuse()) {
            return *error;
        }
        signer::Augmentation made;
        append(made.revisions, "%revision " + std::to_string(asked_.size()) + "\n");
        made.level = std::min(wanted, most);
        made.proven_until = proven_until;
        return made;
    }
    [[nodiscard]] std::vector<Asked> asked() const {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
};

} // namespace songda::fakes

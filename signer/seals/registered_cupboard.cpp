#include "signer/seals/registered_cupboard.hpp"

#include <map>
#include <mutex>
#include <tuple>

#include "base/check.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"

namespace songda::signer {
namespace {

/// The same refusal of a question is one row in so long.
constexpr std::int64_t asked_again_ms = 1000;
constexpr std::size_t asked_remembered_max = 4096;

Error refusal_error(const SealRefusal& refused) {
    return {Fault::forbidden, refused.rule + ": " + refused.en};
}

class RegisteredCupboard final : public SealCupboard {
public:
    RegisteredCupboard(RegisteredParts parts, const Clock& clock)
        : parts_(std::move(parts)), clock_(clock) {}

    const std::vector<SealFace>& faces() const override { return parts_.inner->faces(); }
    std::vector<Result<EcdsaSignature>> sign(std::span<const SealRequest> requests) override;
    Result<std::vector<SealRuling>> permits(std::span<const SealQuestion> questions) override;
    Result<BookHead> book_head() override { return parts_.book->head(); }

private:
    using Answers = std::vector<Result<EcdsaSignature>>;

    /// `Asked`: a request or a question.
    template <class Asked>
    [[nodiscard]] SealRuling rule(const Asked& asked) const {
        return asked.purpose == SealPurpose::timestamp
                   ? SealRuling()
                   : parts_.rules->rule(asked.department, asked.purpose, asked.use, clock_.now());
    }
    [[nodiscard]] Answers touch_keys(std::span<const SealRequest> requests,
                                     std::span<const SealRuling> rulings) const;
    void write_down(std::span<const UseRow> rows, std::span<const SealRuling> rulings,
                    Answers& answers) const;
    void write_refusal(const SealQuestion& question, const SealRuling& ruling);
    [[nodiscard]] bool is_new(const SealQuestion& question, const SealRuling& ruling);
    void count(SealPurpose purpose, UseOutcome outcome) const {
        if (parts_.counted) {
            parts_.counted(purpose, outcome);
        }
    }

    const RegisteredParts parts_;
    const Clock& clock_;
    using AskedKey = std::tuple<std::string, std::string, std::string, std::string, std::string>;
    std::mutex mutex_;
    std::map<AskedKey, TimeMs> asked_; ///< guarded by mutex_
};

UseRow row_of(const SealRequest& request, const SealRuling& ruling) {
    UseRow row{0, request.purpose, ruling.seal, request.department, request.use, {}, false};
    const ByteView content = request.content;
    if (request.purpose == SealPurpose::document && content.size() == row.content.size()) {
        std::copy(content.begin(), content.end(), row.content.begin());
    } else {
        row.content = sha256(content);
    }
    return row;
}

UseEnd end_of(std::uint64_t number, const Result<EcdsaSignature>& answer) {
    return answer.ok()
               ? UseEnd{number, UseOutcome::made, signature_mark(answer.value())}
               : UseEnd{number, UseOutcome::failed, std::string(fault_name(answer.error().fault))};
}

std::vector<Result<EcdsaSignature>>
RegisteredCupboard::sign(std::span<const SealRequest> requests) {
    std::vector<SealRuling> rulings;
    std::vector<UseRow> rows;
    std::vector<UseEnd> refused;
    rulings.reserve(requests.size());
    rows.reserve(requests.size());
    for (const SealRequest& request : requests) {
        rulings.push_back(rule(request));
        if (const auto& refusal = rulings.back().refused) {
            refused.push_back({rows.size(), UseOutcome::refused, refusal->rule});
        }
        rows.push_back(row_of(request, rulings.back()));
    }
    const auto before = parts_.book->write_before(rows, std::move(refused));
    if (!before.ok()) {
        return Answers(requests.size(), before.error());
    }
    Answers answers = touch_keys(requests, rulings);
    write_down(rows, rulings, answers);
    return answers;
}

std::vector<Result<EcdsaSignature>>
RegisteredCupboard::touch_keys(std::span<const SealRequest> requests,
                               std::span<const SealRuling> rulings) const {
    Answers answers(requests.size(), Error{});
    std::vector<SealRequest> allowed;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (rulings[i].refused) {
            answers[i] = refusal_error(*rulings[i].refused);
            count(requests[i].purpose, UseOutcome::refused);
        } else {
            places.push_back(i);
        }
    }
    if (places.size() == requests.size()) { // nearly always; nothing is copied
        return parts_.inner->sign(requests);
    }
    for (const std::size_t place : places) {
        allowed.push_back(requests[place]);
    }
    auto made = parts_.inner->sign(allowed);
    for (std::size_t i = 0; i < places.size(); ++i) {
        answers[places[i]] = std::move(made[i]);
    }
    return answers;
}

/// What cannot be written down is taken back.
void RegisteredCupboard::write_down(std::span<const UseRow> rows,
                                    std::span<const SealRuling> rulings, Answers& answers) const {
    std::vector<UseEnd> ends;
    bool waits = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rulings[i].refused) {
            ends.push_back(end_of(rows[i].number, answers[i]));
            waits = waits || (rows[i].purpose == SealPurpose::document && answers[i].ok());
        }
    }
    if (ends.empty()) {
        return;
    }
    const auto after = parts_.book->write_after(ends);
    const auto kept = !after.ok() ? Result<void>(after.error())
                      : waits     ? parts_.book->wait_for_disk(after.value())
                                  : Result<void>();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!kept.ok() && !rulings[i].refused && answers[i].ok()) {
            answers[i] = kept.error();
        }
        if (!rulings[i].refused) {
            count(rows[i].purpose, answers[i].ok() ? UseOutcome::made : UseOutcome::failed);
        }
    }
}

Result<std::vector<SealRuling>>
RegisteredCupboard::permits(std::span<const SealQuestion> questions) {
    std::vector<SealRuling> rulings;
    rulings.reserve(questions.size());
    for (const SealQuestion& question : questions) {
        rulings.push_back(rule(question));
        if (rulings.back().refused && is_new(question, rulings.back())) {
            write_refusal(question, rulings.back());
        }
    }
    return rulings;
}

/// A client that asks again and again does not fill the book.
bool RegisteredCupboard::is_new(const SealQuestion& question, const SealRuling& ruling) {
    const TimeMs now = clock_.now();
    const std::scoped_lock lock(mutex_);
    if (asked_.size() >= asked_remembered_max) {
        std::erase_if(asked_,
                      [now](const auto& each) { return now - each.second >= asked_again_ms; });
    }
    if (asked_.size() >= asked_remembered_max) {
        asked_.clear();
    }
    const auto [known, fresh] =
        asked_.try_emplace({question.department.text, ruling.seal, question.use.type,
                            question.use.actor, ruling.refused->rule},
                           now);
    if (!fresh && now - known->second < asked_again_ms && known->second <= now) {
        return false;
    }
    known->second = now;
    return true;
}

/// That nothing may be used is told whether it can be written down or not.
void RegisteredCupboard::write_refusal(const SealQuestion& question, const SealRuling& ruling) {
    UseRow row{0, question.purpose, ruling.seal, question.department, question.use, {}, true};
    row.use.document = {};
    const auto written =
        parts_.book->write_before({&row, 1}, {{0, UseOutcome::refused, ruling.refused->rule}});
    if (written.ok()) {
        count(question.purpose, UseOutcome::refused);
    } else {
        log::warning("seal_refusal_not_written",
                     {{"rule", ruling.refused->rule}, {"why", written.error().detail}});
    }
}

} // namespace

std::unique_ptr<SealCupboard> make_registered_cupboard(RegisteredParts parts, const Clock& clock) {
    SONGDA_CHECK(parts.inner && parts.rules && parts.book);
    return std::make_unique<RegisteredCupboard>(std::move(parts), clock);
}

} // namespace songda::signer

#pragma once

#include <array>
#include <optional>

#include "issuer/detail/running_keys.hpp"
#include "issuer/detail/sequencer.hpp"
#include "issuer/issuer.hpp"
#include "issuer/licence.hpp"
#include "issuer/named_values.hpp"
#include "issuer/render/renderer.hpp"
#include "issuer/template_set.hpp"

namespace songda::issuer::detail {

/// What all batches share.
struct Desk {
    const IssuerParts& parts;
    RunningKeys& running;
    Sequencer& sequencer;
    const TemplateSet& templates; ///< of the moment at which the rows came
};

/// One row on its way over the desk.
struct Item {
    Row row;
    Answer answer;
    bool open = true; ///< still on its way; closed means that `answer` is final

    Digest fingerprint{};
    std::string key;
    RunningKeys::Hold hold;
    Decision decision;
    TimeMs now; ///< of its issue: one moment, so that template, page and record are of one day
    DecisionValues values;
    const ReadyTemplate* ready = nullptr;
    std::optional<Licence> licence;
    std::string licence_metadata;
    std::optional<Photo> photo;
    bool waits = false; ///< for a later turn: closed, and nothing looked at
    std::shared_ptr<PlacedValues> placed;
    std::string sequence;
    std::uint64_t sequence_value = 0;
    std::string record;
    Bytes sealed_claims; ///< of its QR code
    Unsigned file;

    void close(Answer::Kind kind) {
        answer.kind = kind;
        open = false;
        hold = {}; // whoever waits for this key may have it
    }
    void fail(Error error) {
        answer.error = std::move(error);
        close(Answer::Kind::failed);
    }
};

/// What a decision relates to must be there before it: a file may hold a licence, its renewal and
/// copies of both.
enum class Turn { plain, superseding, copies };
inline constexpr std::array turns = {Turn::plain, Turn::superseding, Turn::copies};
[[nodiscard]] Turn turn_of(const Decision& decision);

/// Some dozens of rows of one department that share two commits; rows of a later turn wait. Belongs
/// to one thread.
class Batch {
public:
    Batch(const Desk& desk, const DepartmentCode& department, Renderer& renderer,
          std::span<Item> items, Turn turn)
        : desk_(desk), department_(department), renderer_(renderer), items_(items), turn_(turn) {}

    void run();
    /// Of one item, as far as its check; the item's findings say why there is none.
    [[nodiscard]] Result<ByteBuffer> preview(Item& item);

private:
    void read(Item& item);
    void find_earlier(Item& item);
    void check(Item& item);
    [[nodiscard]] Result<int> count_earlier(const ReadyTemplate& ready,
                                            const std::string& case_number);
    void check_approval(Item& item);
    // licensing.cpp: what only licences and photos need.
    void check_licence(Item& item);
    void check_photo(Item& item);
    void check_placed(Item& item);
    void check_versions(Item& item);
    void take_licence(Item& item);
    void supersede(const Item& item, store::IssueWrite& write) const;
    [[nodiscard]] Result<void> take_number(Item& item);
    void prepare(Item& item);
    void render(Item& item);
    // sealing.cpp
    void ask_seals();
    void refuse_or_fail(Item& item, signer::SealPurpose purpose, const Error& error);
    [[nodiscard]] signer::SealQuestion question_of(const Item& item,
                                                   signer::SealPurpose purpose) const;
    void seal_codes();
    void intend_and_sign();
    void sign(std::span<Item* const> waiting, std::vector<SigningTicket> tickets);
    void check_output(std::span<Item* const> finished);
    void commit();
    /// Their numbers stay void, with the reason.
    void close_intents(const std::vector<DocumentId>& ids, std::string_view reason);
    void take_outcome(Item& item, const store::IssueOutcome& outcome);

    const Desk& desk_;
    const DepartmentCode& department_;
    Renderer& renderer_;
    std::span<Item> items_;
    const Turn turn_;
};

} // namespace songda::issuer::detail

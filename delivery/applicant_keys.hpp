#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/private.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "delivery/channel.hpp"
#include "store/rows.hpp"

namespace songda::delivery {

/// What lets an applicant in: a link (something they were sent) and a code (told over another way),
/// then a short session. All of it follows by HMAC-SHA-256 from one secret, so that a mail sent
/// again carries the same link, a clerk can be told the code once more, nothing of it is stored and
/// nothing on a stolen disk opens an inbox. docs/formats/applicant.md. Immutable, so safe from
/// several threads.
class ApplicantKeys {
public:
    static constexpr std::size_t secret_bytes_min = 32;
    static constexpr std::uint8_t attempts = 5; ///< wrong codes before a link is shut (threat T6)

    /// Fault invalid_input: the secret is shorter than secret_bytes_min.
    [[nodiscard]] static Result<ApplicantKeys> make(Bytes secret, std::string public_base);

    /// One inbox a recipient and department; the recipient's code does not leave this call.
    [[nodiscard]] store::InboxId inbox_of(const DepartmentCode& department,
                                          std::string_view recipient_code) const;

    /// Link of a leg and code of its document, the same each time: the portal's message tells the
    /// code that opens the link in the mail.
    [[nodiscard]] Collection collection_of(const LegId& leg, const DocumentId& document) const;
    /// `https://HOST/v/KEY`: the page that answers for the document, no secret.
    [[nodiscard]] std::string verify_address(const DocumentKey& key) const {
        return public_base_ + "/v/" + to_text(key);
    }
    /// The leg that a link was made for: its token names it and proves that we made it. Nothing for
    /// any other text; people may type lower case and look-alikes.
    [[nodiscard]] std::optional<LegId> leg_of(std::string_view token) const;
    /// Compared in constant time.
    [[nodiscard]] bool is_code(const DocumentId& document, std::string_view code) const;

    /// Stands for a person who showed an identity document of that kind and number: the same each
    /// time, and nobody without the secret finds the number.
    [[nodiscard]] Digest person_of(std::string_view identity, std::string_view number) const;

    /// What marks our own return paths (docs/formats/mail.md), so that a forged bounce is seen.
    [[nodiscard]] Digest return_path_secret() const { return derive("return-path", {}); }

    /// What seals the reports of providers and hashes their recipients (docs/formats/provider.md).
    [[nodiscard]] Digest provider_secret() const { return derive("provider-reports", {}); }

    /// What hashes addressees and addresses in records of evidence (docs/formats/evidence.md).
    [[nodiscard]] Digest evidence_secret() const { return derive("evidence", {}); }
    /// What seals the tokens of kiosks and hashes what is tried there (docs/formats/kiosk.md).
    [[nodiscard]] Digest kiosk_secret() const { return derive("kiosk", {}); }

    /// What the keys of packages for an outage follow from (docs/formats/kiosk.md).
    [[nodiscard]] Digest outage_secret() const { return derive("kiosk-outage", {}); }

    /// The value of a session cookie: inbox, end and a keyed hash over both.
    [[nodiscard]] std::string make_session(const store::InboxId& inbox, TimeMs expires) const;
    /// Nothing for a forged, foreign or expired one.
    [[nodiscard]] std::optional<store::InboxId> check_session(std::string_view cookie,
                                                              TimeMs now) const;

private:
    ApplicantKeys(Bytes secret, std::string public_base)
        : secret_(std::move(secret)), public_base_(std::move(public_base)) {}
    [[nodiscard]] Digest derive(std::string_view purpose, ByteView what) const;
    [[nodiscard]] std::string token_of(const LegId& leg) const;
    [[nodiscard]] std::string code_of(const DocumentId& document) const;

    Bytes secret_;
    std::string public_base_;
};

} // namespace songda::delivery

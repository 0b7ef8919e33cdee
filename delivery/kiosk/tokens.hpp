#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "delivery/applicant_keys.hpp"
#include "store/kiosk_rows.hpp"
#include "store/rows.hpp"

/// What a kiosk is given and hands back: payload, a dot, and a keyed hash over it, so that nothing
/// is kept here between two requests (docs/formats/kiosk.md). They are for one kiosk and a short
/// time.
namespace songda::delivery {

/// Somebody stands at the kiosk whose identity and code were right.
struct KioskSession {
    store::KioskId kiosk;
    TimeMs until;
    std::vector<store::InboxId> inboxes;
    std::string detail; ///< collector_detail: no personal data
};

/// Leave to fetch and print one document once.
struct KioskRelease {
    LegId leg;
    DocumentId document;
    store::KioskId kiosk;
    TimeMs until;         ///< of fetching the file; the result may come until the lock ends
    std::uint32_t copy{}; ///< number of the paper copy
    Digest file{};        ///< SHA-256 of what is printed
    Bytes nonce;          ///< 16 bytes
    std::string detail;
    std::uint32_t pages{}; ///< that it has: so many sides come out, or it is not complete
};

/// Immutable, so safe from several threads.
class KioskTokens {
public:
    explicit KioskTokens(const ApplicantKeys& keys) : secret_(keys.kiosk_secret()) {}

    [[nodiscard]] std::string write(const KioskSession& session) const;
    [[nodiscard]] std::string write(const KioskRelease& release) const;
    /// Nothing for a forged one, or another's. Times are the caller's to look at.
    [[nodiscard]] std::optional<KioskSession> read_session(std::string_view token) const;
    [[nodiscard]] std::optional<KioskRelease> read_release(std::string_view token) const;

    /// Name of what is counted; the purpose keeps counters apart.
    [[nodiscard]] Digest counted(std::string_view purpose, std::string_view what) const;

private:
    [[nodiscard]] std::string seal(std::string_view purpose, std::string_view payload) const;
    [[nodiscard]] std::optional<std::string> open(std::string_view purpose,
                                                  std::string_view token) const;
    Digest secret_;
};

} // namespace songda::delivery

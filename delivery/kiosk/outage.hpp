#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outage_log.hpp"
#include "base/outage_seal.hpp"
#include "base/random.hpp"
#include "delivery/applicant_keys.hpp"
#include "store/store.hpp"

/// Kiosks that work through an outage 断网应急: sealed packages that one kiosk holds while the
/// service answers, and what it says afterwards of those that it handed out (lessons N10, S35;
/// docs/formats/kiosk.md, "Outage"). A package that is out is a lock of its document for its whole
/// time, so that every other way to collect it finds it locked, in the store's own transaction.
namespace songda::delivery {

/// Opt-in twice: a type and a kiosk that are not named have none.
struct OutageRules {
    static constexpr std::int64_t life_ms_max = 72LL * 3'600'000;
    std::vector<std::string> types;  ///< type codes
    std::vector<std::string> kiosks; ///< serials
    std::int64_t life_ms = life_ms_max;
    std::size_t packages_max = 200; ///< out to one kiosk
};

/// Used from several threads. All that it names outlives it.
class KioskOutage {
public:
    KioskOutage(store::Store& store, const ApplicantKeys& keys, const Clock& clock, Random& random,
                std::vector<DepartmentCode> departments, OutageRules rules)
        : store_(store), keys_(keys), clock_(clock), random_(random),
          departments_(std::move(departments)), rules_(std::move(rules)),
          secret_(keys.outage_secret()) {}

    [[nodiscard]] bool serves(const store::KioskRow& kiosk) const;

    /// Makes up to `wanted` packages more of what waits to be collected at kiosks, each with a
    /// number of a paper copy of its own; all that the kiosk is to hold from now on.
    [[nodiscard]] Result<std::vector<store::OutagePackage>> prepare(const store::KioskRow& kiosk,
                                                                    std::size_t wanted);
    /// What it is to throw away: asked back, past its time, of a document that holds no more or
    /// lost its lock; and all when it is served no more.
    [[nodiscard]] Result<std::vector<store::OutagePackage>>
    to_come_back(const store::KioskRow& kiosk);

    /// What is printed, sealed. `file`: with the copy's words at its foot. Fault not_found: it is
    /// not out to this kiosk any more.
    struct Content {
        std::string title;
        std::string number;
        std::string issuer;
        std::uint32_t pages = 0;
        ByteView file;
    };
    [[nodiscard]] Result<Bytes> seal(const store::KioskRow& kiosk, std::string_view id,
                                     const Content& content);

    /// The package of the document that is out: somebody wants to collect it another way, so that
    /// it is to come back at its kiosk's next contact. Nothing: there is none.
    [[nodiscard]] Result<std::optional<store::OutagePackage>> ask_back(const DocumentId& document,
                                                                       std::string_view reason);
    [[nodiscard]] Result<std::optional<store::OutagePackage>> find_out(const DocumentId& document);
    /// A clerk gives the document free though its package did not come back: the copy is void, and
    /// whoever hands it out there makes an incident. False: none is out.
    [[nodiscard]] Result<bool> override_package(const DocumentId& document,
                                                const std::string& actor,
                                                const std::string& reason);

    /// The code of the package, for whoever is in the inbox and says the number of the addressee:
    /// the service knows no number. Nothing: none is out, another's number, too many tries.
    [[nodiscard]] Result<std::optional<std::string>> code_of(const store::InboxId& inbox,
                                                             const DocumentId& document,
                                                             const Private<std::string>& number);

    /// Takes up lines of its log, of which `before` came before them, after all of them were
    /// checked. Told again, nothing happens twice. Faults: conflict (they do not follow on what is
    /// known, or are not what was told before), corrupt, forbidden (read_outage_log),
    /// invalid_input (too many). Nothing was changed then.
    struct Merged {
        std::uint64_t lines = 0; ///< that are known now
        std::size_t collected = 0;
        std::size_t conflicts = 0;
        std::size_t given_back = 0;
    };
    [[nodiscard]] Result<Merged> merge(const store::KioskRow& kiosk, std::uint64_t before,
                                       std::string_view text);

private:
    using Package = store::OutagePackage;
    [[nodiscard]] OutageKey key_of(const LegId& leg) const;
    [[nodiscard]] Digest secret_of(std::string_view purpose, const Package& package) const;
    [[nodiscard]] Bytes nonce_of(const Package& package) const;
    [[nodiscard]] Result<bool> is_held(const Package& package);
    [[nodiscard]] Result<bool> may_go_out(const store::KioskRow& kiosk, const store::LegRow& leg);
    [[nodiscard]] Result<bool> give_out(const store::KioskRow& kiosk, const store::LegRow& leg);
    [[nodiscard]] Result<bool> step(const Package& before, store::OutageState state,
                                    const std::string& actor, const std::string& reason,
                                    std::optional<TimeMs> happened = std::nullopt);
    [[nodiscard]] Result<void> free(const Package& package, const std::string& actor,
                                    const std::string& reason, bool failed);

    [[nodiscard]] Result<OutageLogEnd>
    check(const store::KioskRow& kiosk, const std::optional<store::OutageHead>& known,
          std::string_view text, std::vector<std::pair<OutageLine, std::string>>& lines);
    [[nodiscard]] Result<std::string_view> skip_known(const store::KioskRow& kiosk,
                                                      std::uint64_t before, std::uint64_t known,
                                                      std::string_view text);
    [[nodiscard]] Result<void> apply(const store::KioskRow& kiosk, const OutageLine& line,
                                     Merged& merged);
    [[nodiscard]] Result<void> take(const store::KioskRow& kiosk, const Package& package,
                                    const OutageLine& line, Merged& merged);
    [[nodiscard]] Result<std::optional<std::string>>
    detail_of(const store::KioskRow& kiosk, const Package& package, const OutageLine& line);
    [[nodiscard]] Result<std::string>
    find_objection(const Package& package, const std::vector<store::LegRow>& legs, TimeMs happened);
    [[nodiscard]] Result<bool> collect(const store::KioskRow& kiosk, const Package& package,
                                       const std::string& detail, TimeMs happened);

    store::Store& store_;
    const ApplicantKeys& keys_;
    const Clock& clock_;
    Random& random_;
    const std::vector<DepartmentCode> departments_;
    const OutageRules rules_;
    const Digest secret_;
    std::mutex turn_; ///< of who gives out, and who merges
};

} // namespace songda::delivery

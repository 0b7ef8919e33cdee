#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/journal.hpp"
#include "base/time.hpp"
#include "signer/seals/seal_state.hpp"

/// A seal as the register of seals 印章名录 has it (docs/formats/seals.md).
namespace songda::signer {

/// What a seal is for 印章类别: a closed list, whose names are stored.
enum class SealKind : std::uint8_t { official, approval, licence, service, business };
struct SealKindName {
    SealKind kind;
    std::string_view name;
    std::string_view zh;
};
inline constexpr std::array seal_kinds = {
    SealKindName{SealKind::official, "official", "公章"},
    SealKindName{SealKind::approval, "approval", "行政审批专用章"},
    SealKindName{SealKind::licence, "licence", "证照专用章"},
    SealKindName{SealKind::service, "service", "政务服务专用章"},
    SealKindName{SealKind::business, "business", "业务专用章"},
};
[[nodiscard]] const SealKindName& kind_name(SealKind kind);
[[nodiscard]] std::optional<SealKind> parse_seal_kind(std::string_view name);

/// How issuer/render/detail/seal.cpp draws a seal; another drawing gets another name (a test holds
/// them together).
inline constexpr std::string_view seal_shape = "round-star-1";
/// SHA-256 of `shape LF words`, hexadecimal: which picture stands on pages.
[[nodiscard]] std::string seal_picture(std::string_view shape, std::string_view words);

using SealNames = std::set<std::string, std::less<>>;
/// Stands alone for whatever there is.
inline constexpr std::string_view any_name = "*";
/// Among users: Songda itself, where no credential asked.
inline constexpr std::string_view house_name = "house";
inline constexpr std::size_t seal_names_max = 128;

/// For what, by whom and when a seal may be used.
struct SealTerms {
    SealNames types; ///< type codes of documents, or `*`
    SealNames users; ///< ids of credentials, `house`, or `*`: all of the department
    Date first_day;  ///< in China, both included
    Date last_day;
    bool operator==(const SealTerms&) const = default;
};
/// `narrow` allows nothing that `wide` does not.
[[nodiscard]] bool is_within(const SealTerms& narrow, const SealTerms& wide);

/// The certificate that a seal stands on. Another certificate is another seal (GM/T 0031).
struct SealCertificate {
    std::string hash; ///< SHA-256 of its DER, hexadecimal
    std::string subject;
    std::string serial; ///< upper case hexadecimal
    TimeMs not_before;
    TimeMs not_after;
    bool operator==(const SealCertificate&) const = default;
};

/// What a seal is made of.
struct NewSeal {
    DepartmentCode department;
    std::string name; ///< of the department, as on the seal
    SealKind kind = SealKind::official;
    std::string words; ///< what the picture says
    SealCertificate certificate;
    std::string qr_key; ///< SHA-256 of the SubjectPublicKeyInfo, hexadecimal; empty: it has none
    SealTerms terms;
    std::string renews{}; ///< id of the seal that ends when this one is active; empty: none
    bool operator==(const NewSeal&) const = default;
};

/// What one operator wants and a second one has not confirmed.
struct SealProposal {
    enum class What : std::uint8_t { activation, resumption, widening };
    What what = What::activation;
    SealTerms terms; ///< of a widening: what they would become
    std::string by;
    TimeMs at;
    bool operator==(const SealProposal&) const = default;
};

/// One line of the register, as far as it is about one seal.
struct SealStep {
    TimeMs at;
    std::string event;
    std::string by; ///< `operator:zhang`
    std::string reason;
    bool alone = false; ///< confirmed by who may not (`four_eyes = false`)
    bool operator==(const SealStep&) const = default;
};

struct Seal : NewSeal {
    std::string id;      ///< `11320199014138860W-1`: department and a number, never used again
    std::string picture; ///< `seal_picture` of shape and words
    std::string shape;
    SealState state = SealState::made;
    std::optional<SealProposal> proposal;
    std::vector<SealStep> steps; ///< the first made it
    [[nodiscard]] const std::string& maker() const { return steps.front().by; }
    bool operator==(const Seal&) const = default;
};

/// Fields of a line of the register.
[[nodiscard]] JournalFields seal_fields(const NewSeal& seal);
[[nodiscard]] JournalFields terms_fields(const SealTerms& terms);
/// Nothing if they are not what those write.
[[nodiscard]] std::optional<NewSeal> read_seal_fields(const JournalFields& fields);
[[nodiscard]] std::optional<SealTerms> read_terms_fields(const JournalFields& fields);
/// Empty where it is absent.
[[nodiscard]] const std::string& seal_field(const JournalFields& fields, const std::string& name);

/// `A B C`.
[[nodiscard]] std::string join_names(const SealNames& names);

} // namespace songda::signer

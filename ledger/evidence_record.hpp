#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// One record of evidence of delivery 送达证据 (docs/formats/evidence.md): a JSON text with one
/// spelling, so that its hash names it. Whom, where to and what a person wrote are keyed hashes;
/// who collected is told in codes. Texts may be empty, which leaves them out.
namespace songda::ledger {

inline constexpr int evidence_version = 1;
inline constexpr std::size_t evidence_record_bytes_max = 40U << 10U;

struct EvidenceRecord {
    std::uint32_t position = 0; ///< in the document's chain; from 1
    Digest previous{}; ///< SHA-256 of the record before; of the first, of the file as issued

    std::string event; ///< of EN 319 522, the last part of its URI
    std::string code;  ///< our own: `leg.reached`
    std::string rules; ///< version of the rules of service
    TimeMs happened;
    TimeMs learned;

    struct Document {
        DocumentId id;
        std::string number;
        std::string type;
        std::string title;
        Digest issued{};    ///< SHA-256 of the file as it was issued
        Digest delivered{}; ///< as it was handed out then
        bool operator==(const Document&) const = default;
    } document;
    std::string sender; ///< the department's name
    std::string sender_code;

    std::optional<Digest> addressee; ///< keyed hash; absent: nobody's inbox
    std::string capacity;            ///< `addressee`, or `supervisor`
    struct Consent {
        bool given = true;
        std::string form;
        std::string version;
        Date day;
        bool operator==(const Consent&) const = default;
    };
    std::optional<Consent> consent; ///< the last one until then

    struct Way {
        std::string channel;
        LegId leg;
        std::string purpose;
        Digest address{}; ///< keyed hash
        std::string state;
        bool operator==(const Way&) const = default;
    };
    std::optional<Way> way;
    std::string trail;           ///< what the protocol said, or codes and hashes
    std::optional<Digest> trace; ///< SHA-256 of the raw report or mail, which is kept
    std::string authentication;  ///< how the addressee was known

    std::string result; ///< `positive`, `negative` or `neutral`
    std::string reason; ///< of a negative one always
    std::string rule;   ///< by which it is service
    std::string actor;  ///< whose word it is

    bool operator==(const EvidenceRecord&) const = default;
};

/// `DOCUMENT-POSITION`.
[[nodiscard]] std::string record_id(const EvidenceRecord& record);
[[nodiscard]] std::string write_record(const EvidenceRecord& record);
/// For bytes from anybody. Fault invalid_input: not the one spelling of a record.
[[nodiscard]] Result<EvidenceRecord> read_record(std::string_view text);

} // namespace songda::ledger

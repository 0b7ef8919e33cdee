#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/signature_level.hpp"
#include "base/time.hpp"

/// The answer of docs/formats/answer.md: three axes, never a bare yes or no.
namespace songda::verifier {

/// `unknown` is an honest answer; it is never shown as a yes.
enum class Answer { yes, no, unknown };

enum class Reason {
    // integrity
    exact_bytes,
    signature_covers_whole_file,
    archived,       ///< the issued bytes, and nothing behind them but archive revisions
    seal_signature, ///< of a QR code
    signature_fits, ///< of the SM2 suite: the certificate in it signed this very content
    by_register,    ///< asked by key: the register itself answers
    altered,
    signature_wrong,
    seal_wrong,
    signature_form_wrong, ///< not the one form that is issued: s above half the order
    payload_unreadable,
    only_proofs_added, ///< behind the signature stands what shows nothing
    added_after_signature,
    not_as_issued, ///< Songda made it, and something was added that Songda adds to nothing
    certification_broken,
    not_signed,
    unreadable,
    too_costly,
    signature_frame_wrong,
    signature_detached,
    ambiguous_structure,
    signature_unreadable,
    signer_not_named,   ///< the signature was made for another certificate
    seal_not_as_made,   ///< an electronic seal that its maker did not sign like that
    signer_not_in_seal, ///< an electronic seal that does not name who signed with it
    weak_algorithm,
    // authority
    seal_certificate_trusted,
    seal_certificate_trusted_then, ///< when a time-stamp proves it signed; it has ended since
    key_listed,
    certificate_untrusted,
    key_not_listed,
    key_compromised, ///< others may have it; it vouches for nothing
    outside_key_validity,
    no_trust_list,
    not_checked, ///< what was signed is not this, so by whom was not asked
    certificate_trusted,
    certificate_expired, ///< and nothing proves that it signed before
    certificate_not_yet_valid,
    certificate_revoked,
    certificate_purpose,   ///< it may not sign documents
    chain_wrong,           ///< a chain leads to a root, but breaks a rule
    sample_certificate,    ///< a sample key, where real ones are trusted
    outside_seal_validity, ///< an electronic seal that was not valid when it was used
    // status
    valid,
    revoked,
    suspended,
    cancelled,
    superseded,
    forfeited,
    transferred,
    other_status,
    expired,
    not_yet_valid,
    offline,
    not_in_register,
};

struct AxisAnswer {
    Answer answer = Answer::unknown;
    Reason reason = Reason::offline;
    TimeMs as_of; ///< the moment that the answer speaks of
};

/// What a document is to another of the same holder, seen from the document that is asked about. It
/// names the other by what its paper shows, never by its key, which opens its own answer.
struct RelationFace {
    enum class Kind { renews, changes, duplicate_of, annotates, renewed_by, changed_by };
    Kind kind = Kind::renews;
    std::string title;
    std::string number;
    std::string version; ///< of its licence identifier: `002`; empty: none
    std::optional<Date> decided_on;
};

/// What a trustworthy source said of the document, as far as a stranger may know it.
struct DocumentFace {
    std::string key;
    std::string title;
    std::string type_code;
    std::string number;
    std::string issuer_code;
    std::string issuer_name;
    std::string holder; ///< masked
    std::optional<TimeMs> issued_at;
    std::optional<Date> decided_on; ///< the day on the paper; the register alone knows it
    std::optional<Date> valid_from;
    std::optional<Date> valid_until;
    bool long_term = false; ///< the register says that it has no last day (长期)
    bool sample = false;
    std::string identifier = {}; ///< 电子证照标识; empty: no licence
    std::vector<RelationFace> relations = {};
    std::vector<std::uint32_t> revoked_copies = {}; ///< numbers of paper copies that hold no more
};

/// An archive time-stamp behind a file. Never a `no`: one that is not about the file makes the file
/// an altered one, and one of an authority that is not trusted here proves nothing here.
struct TimestampFace {
    TimeMs time;
    std::string authority; ///< common name of its certificate
    Answer answer = Answer::unknown;
};

/// What is known of the signer certificate's revocation.
enum class Revocation {
    not_asked, ///< it is not trusted anyway, or the register answered
    good,
    revoked,
    unknown,   ///< the certificate names a place to ask, and no answer of it is here
    no_source, ///< the certificate names none, so nobody can ever say
};

/// The answer in the words of ETSI EN 319 102-1 §5.1.3: `TOTAL-PASSED`, `TOTAL-FAILED` or
/// `INDETERMINATE`, and why. Static strings.
struct Conclusion {
    std::string_view indication;
    std::string_view sub_indication; ///< empty when passed
    bool operator==(const Conclusion&) const = default;
};

/// One signature in a file.
struct SignatureFinding {
    std::string_view kind;       ///< `approval`, `certification`, `timestamp`
    std::string_view sub_filter; ///< `cades`, `pkcs7`, …
    AxisAnswer integrity;
    AxisAnswer authority;
    Revocation revocation = Revocation::not_asked;
    Conclusion conclusion;
    std::string signer;               ///< the certificate's name for itself
    std::string algorithm;            ///< `ECDSA P-256, SHA-256`
    std::optional<TimeMs> claimed_at; ///< by the signer's own clock
    std::optional<TimeMs> proven_at;  ///< a trusted time-stamp: it was there then
    bool whole_file = false;          ///< it covers every byte
};

/// An electronic seal (GB/T 38540) over a file: an answer of its own beside that about the file.
struct ElectronicSealFinding {
    AxisAnswer integrity; ///< yes: it is over these bytes, as its maker made it, by who may use it
    AxisAnswer authority; ///< yes: signer and maker are trusted, and it was valid when it was used
    Revocation revocation = Revocation::not_asked; ///< of the signer's certificate
    std::string name;       ///< what is on it; as the next three empty: it cannot be read
    std::string id;         ///< that its maker gave it
    std::string signer;     ///< the certificate's name for itself
    std::string department; ///< its organizationIdentifier; empty: it names none
    std::string maker;      ///< the maker's certificate's name for itself
    TimeMs sealed_at;       ///< by the signer's own clock
};

struct Report {
    AxisAnswer integrity;
    AxisAnswer authority;
    AxisAnswer status;
    std::string status_note = {};       ///< of `other_status`: what it is
    std::optional<TimeMs> status_since; ///< when the present status began, if the register said it
    std::optional<DocumentFace> document;
    std::vector<TimestampFace> timestamps = {}; ///< oldest first
    std::optional<ElectronicSealFinding> electronic_seal = std::nullopt;
    /// Of a file of ours with the bytes that were issued; absent where no roots are trusted here.
    std::optional<SignatureLevel> level = std::nullopt;
    Revocation revocation = Revocation::not_asked;
    std::optional<Conclusion> conclusion;          ///< of a file that was looked at itself
    std::vector<SignatureFinding> signatures = {}; ///< of a file that Songda did not make

    /// Everything that was asked is yes.
    [[nodiscard]] bool all_yes() const {
        return integrity.answer == Answer::yes && authority.answer == Answer::yes &&
               status.answer == Answer::yes;
    }
    [[nodiscard]] bool any_no() const {
        return integrity.answer == Answer::no || authority.answer == Answer::no ||
               status.answer == Answer::no;
    }
};

[[nodiscard]] std::string_view answer_name(Answer answer);
/// What the answers of a file come to (docs/formats/answer.md, "conclusion").
[[nodiscard]] Conclusion conclude(const AxisAnswer& integrity, const AxisAnswer& authority,
                                  Revocation revocation);
[[nodiscard]] std::string_view revocation_name(Revocation revocation);
/// 电子证照状态代码 of the status axis: `01` in force … `99`; empty where it does not say.
[[nodiscard]] std::string_view status_code(Reason reason);
/// One plain sentence about the other document.
[[nodiscard]] std::string relation_text_zh(const RelationFace& relation);
[[nodiscard]] std::string relation_text_en(const RelationFace& relation);
/// `exact_bytes`, as the machine form has it.
[[nodiscard]] std::string_view reason_name(Reason reason);
/// One plain sentence for people.
[[nodiscard]] std::string_view reason_text_zh(Reason reason);
[[nodiscard]] std::string_view reason_text_en(Reason reason);

/// What a level means, in few words.
[[nodiscard]] std::string_view level_text_zh(SignatureLevel level);

/// The JSON object of docs/formats/answer.md.
[[nodiscard]] std::string report_json(const Report& report);

} // namespace songda::verifier

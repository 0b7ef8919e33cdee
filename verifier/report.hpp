#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

/// The answer of docs/formats/answer.md: three axes, never a bare yes or no.
namespace songda::verifier {

/// `unknown` is an honest answer; it is never shown as a yes.
enum class Answer { yes, no, unknown };

enum class Reason {
    // integrity
    exact_bytes,
    signature_covers_whole_file,
    archived, ///< the issued bytes, and nothing behind them but archive time-stamps
    seal_signature,
    by_register, ///< asked by key: the register itself answers
    altered,
    not_a_songda_file,
    signature_wrong,
    seal_wrong,
    signature_form_wrong, ///< not the one form that is issued: s above half the order
    payload_unreadable,
    // authority
    seal_certificate_trusted,
    key_listed,
    certificate_untrusted,
    key_not_listed,
    outside_key_validity,
    no_trust_list,
    not_checked, ///< what was signed is not this, so by whom was not asked
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

struct Report {
    AxisAnswer integrity;
    AxisAnswer authority;
    AxisAnswer status;
    std::string status_note = {};       ///< of `other_status`: what it is
    std::optional<TimeMs> status_since; ///< when the present status began, if the register said it
    std::optional<DocumentFace> document;
    std::vector<TimestampFace> timestamps = {}; ///< oldest first

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

/// The JSON object of docs/formats/answer.md.
[[nodiscard]] std::string report_json(const Report& report);

} // namespace songda::verifier

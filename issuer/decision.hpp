#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/private.hpp"
#include "base/time.hpp"
#include "issuer/finding.hpp"
#include "issuer/relates.hpp"
#include "issuer/ways.hpp"

namespace songda::issuer {

enum class RecipientKind { organisation, person };

/// 受送达人.
struct Recipient {
    RecipientKind kind = RecipientKind::organisation;
    std::string name;
    std::string code;
    std::string email;
    std::string portal_account;
    std::string phone = {};  ///< for notices by text message and voice
    std::string wechat = {}; ///< openid of the department's account
    std::string fax = {};
    std::string address = {}; ///< postal, as it stands on the letter
};

/// A row of a field: cells by the names of the template's columns, in the order in which they came.
using FieldRow = std::vector<std::pair<std::string, std::string>>;

/// What one field says: a text, a list of texts, or rows.
using FieldValue = std::variant<std::string, std::vector<std::string>, std::vector<FieldRow>>;

/// In the order in which they came; names are words of a-z, 0-9 and _.
using DecisionFields = std::vector<std::pair<std::string, FieldValue>>;

/// What a department sends (docs/formats/decision.md), read and checked as far as that needs no
/// template: member names, kinds, lengths, characters, check digits, order of days.
struct Decision {
    std::string idempotency_key;
    std::string template_id;   ///< or else:
    std::string document_type; ///< whose template in force is used
    std::string item;          ///< code of the item that it is about; may be empty
    std::string case_number;
    Date decided_on;
    std::optional<Date> valid_from;
    std::optional<Date> valid_until;
    bool long_term = false; ///< 长期: it says that it has no last day
    Private<Recipient> recipient;
    Private<DecisionFields> fields; ///< the holder's data
    Ways ways;
    std::optional<Relates> relates;
    std::string transferred_from; ///< 转入: identifier of another organ's licence that goes on here
    /// The holder's, base64 as it came; empty: none. The template decides whether it has a place.
    Private<std::string> photo;
};

inline constexpr std::string_view long_term_words = "长期";
/// The last day, 长期, or empty where the decision says neither.
[[nodiscard]] std::string valid_until_text(const Decision& decision);

/// Either a decision without findings, or all findings that could be made.
struct DecisionReading {
    Decision decision;
    std::vector<Finding> findings;
    [[nodiscard]] bool ok() const { return findings.empty(); }
};

/// Reads one JSON text. `today` (in China) bounds `decided_on`. Never faults: what is wrong is a
/// finding.
[[nodiscard]] DecisionReading read_decision(std::string_view json, Date today,
                                            const WaysOffered& offered = every_way());

} // namespace songda::issuer

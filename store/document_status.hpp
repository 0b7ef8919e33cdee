#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace songda::store {

/// Whether a document holds. The numbers are stored; never renumber, never reuse. Expired is not a
/// status that is set: readers compute it from `valid_until`. docs/states/document.md shows the
/// table below; a test compares them.
enum class DocumentStatus : std::uint8_t {
    valid = 1,
    suspended = 2,
    revoked = 3,
    cancelled = 4,
    superseded = 5,
};

inline constexpr std::array document_statuses = {DocumentStatus::valid, DocumentStatus::suspended,
                                                 DocumentStatus::revoked, DocumentStatus::cancelled,
                                                 DocumentStatus::superseded};

/// `revoked`, as the API and the command line say it.
[[nodiscard]] constexpr std::string_view status_name(DocumentStatus status) {
    switch (status) {
    case DocumentStatus::valid: return "valid";
    case DocumentStatus::suspended: return "suspended";
    case DocumentStatus::revoked: return "revoked";
    case DocumentStatus::cancelled: return "cancelled";
    case DocumentStatus::superseded: return "superseded";
    }
    return "valid";
}

[[nodiscard]] constexpr std::string_view status_name_zh(DocumentStatus status) {
    switch (status) {
    case DocumentStatus::valid: return "有效";
    case DocumentStatus::suspended: return "暂扣";
    case DocumentStatus::revoked: return "撤销";
    case DocumentStatus::cancelled: return "注销";
    case DocumentStatus::superseded: return "被替代";
    }
    return "有效";
}

/// One allowed step. Everything not listed is refused, a step to the same status included.
struct StatusStep {
    DocumentStatus from;
    DocumentStatus to;
};

/// What is withheld may be given back (暂扣发还). What was revoked, cancelled or replaced holds no
/// more: a decision that is put right is a new document.
inline constexpr std::array status_steps = {
    StatusStep{DocumentStatus::valid, DocumentStatus::suspended},
    StatusStep{DocumentStatus::valid, DocumentStatus::revoked},
    StatusStep{DocumentStatus::valid, DocumentStatus::cancelled},
    StatusStep{DocumentStatus::valid, DocumentStatus::superseded},
    StatusStep{DocumentStatus::suspended, DocumentStatus::valid},
    StatusStep{DocumentStatus::suspended, DocumentStatus::revoked},
    StatusStep{DocumentStatus::suspended, DocumentStatus::cancelled},
    StatusStep{DocumentStatus::suspended, DocumentStatus::superseded},
};

[[nodiscard]] constexpr bool may_follow(DocumentStatus from, DocumentStatus to) {
    for (const StatusStep& step : status_steps) {
        if (step.from == from && step.to == to) {
            return true;
        }
    }
    return false;
}
static_assert(!may_follow(DocumentStatus::revoked, DocumentStatus::valid));
static_assert(may_follow(DocumentStatus::suspended, DocumentStatus::valid));

} // namespace songda::store

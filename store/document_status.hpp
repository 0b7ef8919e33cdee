#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace songda::store {

/// Whether a document holds. The numbers are stored; never renumber, never reuse. docs/states/
/// document.md shows the table below; a test compares them.
enum class DocumentStatus : std::uint8_t {
    valid = 1,
    suspended = 2,
    revoked = 3,
    cancelled = 4,
    superseded = 5,
    forfeited = 6, ///< 吊销: taken away as a penalty; 撤销 (revoked) says that it was never right
    transferred = 7, ///< 办理转出: another organ has it now
    other = 8,       ///< needs a description (StatusChange::description)
    /// 过期失效: never set and never stored, it follows from the last day (status_at).
    expired = 9,
};

/// Those that a history can have.
inline constexpr std::array document_statuses = {
    DocumentStatus::valid,       DocumentStatus::suspended,  DocumentStatus::revoked,
    DocumentStatus::cancelled,   DocumentStatus::superseded, DocumentStatus::forfeited,
    DocumentStatus::transferred, DocumentStatus::other};

/// 电子证照业务操作代码: what was done when a status began. The numbers are the codes and are
/// stored; `none` stands in rows of an earlier version only. 04 is never stored, as expiry is not.
enum class Operation : std::uint8_t {
    none = 0,
    issued = 1,             ///< 01 新发
    renewed = 2,            ///< 02 延续
    suspended = 3,          ///< 03 暂扣
    expired = 4,            ///< 04 过期失效
    ended = 5,              ///< 05 注销，撤销、吊销、转出也是
    restored = 6,           ///< 06 暂扣发还
    other = 7,              ///< 07 其他
    transferred_in = 8,     ///< 08 转入
    changed = 9,            ///< 09 变更
    transfer_cancelled = 10 ///< 10 取消转出
};

/// `01` … `10`; empty for none.
[[nodiscard]] constexpr std::string_view operation_code(Operation operation) {
    constexpr std::array<std::string_view, 11> codes = {"",   "01", "02", "03", "04", "05",
                                                        "06", "07", "08", "09", "10"};
    return codes[static_cast<std::size_t>(operation)];
}
[[nodiscard]] constexpr std::string_view operation_name_zh(Operation operation) {
    constexpr std::array<std::string_view, 11> names = {"",         "新发", "延续",     "暂扣",
                                                        "过期失效", "注销", "暂扣发还", "其他",
                                                        "转入",     "变更", "取消转出"};
    return names[static_cast<std::size_t>(operation)];
}

/// `revoked`, as the API and the command line say it.
[[nodiscard]] constexpr std::string_view status_name(DocumentStatus status) {
    switch (status) {
    case DocumentStatus::valid: return "valid";
    case DocumentStatus::suspended: return "suspended";
    case DocumentStatus::revoked: return "revoked";
    case DocumentStatus::cancelled: return "cancelled";
    case DocumentStatus::superseded: return "superseded";
    case DocumentStatus::forfeited: return "forfeited";
    case DocumentStatus::transferred: return "transferred";
    case DocumentStatus::other: return "other";
    case DocumentStatus::expired: return "expired";
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
    case DocumentStatus::forfeited: return "吊销";
    case DocumentStatus::transferred: return "已转出";
    case DocumentStatus::other: return "其他";
    case DocumentStatus::expired: return "过期失效";
    }
    return "有效";
}

/// 电子证照状态代码. What was replaced and what expired are both 05 失效.
[[nodiscard]] constexpr std::string_view status_code(DocumentStatus status) {
    switch (status) {
    case DocumentStatus::valid: return "01";
    case DocumentStatus::suspended: return "02";
    case DocumentStatus::revoked: return "03";
    case DocumentStatus::cancelled: return "04";
    case DocumentStatus::superseded:
    case DocumentStatus::expired: return "05";
    case DocumentStatus::transferred: return "06";
    case DocumentStatus::forfeited: return "07";
    case DocumentStatus::other: return "99";
    }
    return "01";
}

/// One allowed step and the operation that it is. Everything not listed is refused, a step to the
/// same status included.
struct StatusStep {
    DocumentStatus from;
    DocumentStatus to;
    Operation operation;
};

/// What is withheld may be given back (暂扣发还), a transfer may be called off. What was revoked,
/// forfeited, cancelled or replaced holds no more: a decision that is put right is a new document.
inline constexpr std::array status_steps = {
    StatusStep{DocumentStatus::valid, DocumentStatus::suspended, Operation::suspended},
    StatusStep{DocumentStatus::valid, DocumentStatus::revoked, Operation::ended},
    StatusStep{DocumentStatus::valid, DocumentStatus::cancelled, Operation::ended},
    StatusStep{DocumentStatus::valid, DocumentStatus::superseded, Operation::other},
    StatusStep{DocumentStatus::valid, DocumentStatus::forfeited, Operation::ended},
    StatusStep{DocumentStatus::valid, DocumentStatus::transferred, Operation::ended},
    StatusStep{DocumentStatus::valid, DocumentStatus::other, Operation::other},
    StatusStep{DocumentStatus::suspended, DocumentStatus::valid, Operation::restored},
    StatusStep{DocumentStatus::suspended, DocumentStatus::revoked, Operation::ended},
    StatusStep{DocumentStatus::suspended, DocumentStatus::cancelled, Operation::ended},
    StatusStep{DocumentStatus::suspended, DocumentStatus::superseded, Operation::other},
    StatusStep{DocumentStatus::suspended, DocumentStatus::forfeited, Operation::ended},
    StatusStep{DocumentStatus::transferred, DocumentStatus::valid, Operation::transfer_cancelled},
    StatusStep{DocumentStatus::transferred, DocumentStatus::cancelled, Operation::ended},
    StatusStep{DocumentStatus::other, DocumentStatus::valid, Operation::other},
    StatusStep{DocumentStatus::other, DocumentStatus::revoked, Operation::ended},
    StatusStep{DocumentStatus::other, DocumentStatus::cancelled, Operation::ended},
    StatusStep{DocumentStatus::other, DocumentStatus::forfeited, Operation::ended},
};

/// Null: no such step.
[[nodiscard]] constexpr const StatusStep* find_step(DocumentStatus from, DocumentStatus to) {
    for (const StatusStep& step : status_steps) {
        if (step.from == from && step.to == to) {
            return &step;
        }
    }
    return nullptr;
}
[[nodiscard]] constexpr bool may_follow(DocumentStatus from, DocumentStatus to) {
    // Not by `find_step`: under UBSan a comparison with null is no constant.
    for (const StatusStep& step : status_steps) {
        if (step.from == from && step.to == to) {
            return true;
        }
    }
    return false;
}
/// It holds, or may again.
[[nodiscard]] constexpr bool may_hold(DocumentStatus status) {
    return status == DocumentStatus::valid || may_follow(status, DocumentStatus::valid);
}
static_assert(!may_follow(DocumentStatus::revoked, DocumentStatus::valid));
static_assert(may_follow(DocumentStatus::suspended, DocumentStatus::valid));

} // namespace songda::store

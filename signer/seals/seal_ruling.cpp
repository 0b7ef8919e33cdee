#include "signer/seals/seal_ruling.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

SealRefusal refusal(std::string_view rule, const Seal& seal, const std::string& zh,
                    const std::string& en) {
    return {std::string(rule), "印章 " + seal.id + zh, "seal " + seal.id + en};
}

std::optional<SealRefusal> refuse_by_state(const Seal& seal) {
    const std::string next = next_command(seal);
    switch (seal.state) {
    case SealState::active: return std::nullopt;
    case SealState::made:
    case SealState::activated_once:
        return refusal("not_active", seal, " 尚未由两人启用：" + next,
                       " is not yet activated by two operators: " + next);
    case SealState::suspended:
        return refusal("seal_suspended", seal, " 已停用；查明后由两人恢复：" + next,
                       " is suspended; when all is clear, two operators resume it: " + next);
    case SealState::retired: break;
    }
    return refusal(
        "seal_retired", seal, " 已注销，不能再用：请制作新印章 " + next + "，或换用新证书后重启",
        " is retired for ever: make another: " + next + ", or restart with the new certificate");
}

std::optional<SealRefusal> refuse_by_time(const Seal& seal, TimeMs now) {
    const std::string allow = "songda seal allow " + seal.id;
    if (now < china_midnight(seal.terms.first_day)) {
        const std::string day = to_text(seal.terms.first_day);
        return refusal("seal_not_yet_valid", seal,
                       " 自 " + day + " 起方可使用：" + allow + " --first-day",
                       " may be used from " + day + " on: " + allow + " --first-day");
    }
    if (!(now < china_midnight(seal.terms.last_day) + day_ms)) {
        const std::string day = to_text(seal.terms.last_day);
        return refusal("seal_expired", seal,
                       " 有效期已于 " + day + " 届满：" + allow +
                           " --last-day，或换发证书后 songda seal make",
                       " may be used until " + day + " only: " + allow +
                           " --last-day, or renew its certificate and songda seal make");
    }
    return std::nullopt;
}

bool allows(const SealNames& names, std::string_view name) {
    return names.count(any_name) != 0 || names.find(name) != names.end();
}

/// How close to use a seal of the right certificate is.
int closeness(SealState state) {
    switch (state) {
    case SealState::active: return 5;
    case SealState::suspended: return 4;
    case SealState::activated_once: return 3;
    case SealState::made: return 2;
    case SealState::retired: break;
    }
    return 1;
}

} // namespace

std::optional<SealRefusal> refuse_use(const Seal& seal, SealPurpose purpose, const SealUse& use,
                                      TimeMs now) {
    auto refused = refuse_by_state(seal);
    refused = refused ? refused : refuse_by_time(seal, now);
    if (refused) {
        return refused;
    }
    if (!allows(seal.terms.types, use.type)) {
        const std::string next = "songda seal allow " + seal.id + " --type";
        return refusal("type_not_allowed", seal,
                       " 不能用于文书类型 " + use.type + "，可用于 " +
                           join_names(seal.terms.types) + "：" + next,
                       " may not be used for documents of type " + use.type + ", only for " +
                           join_names(seal.terms.types) + ": " + next);
    }
    if (is_by_sm2(purpose)) {
        return std::nullopt;
    }
    const std::string_view user = use.actor.empty() ? house_name : std::string_view(use.actor);
    if (!allows(seal.terms.users, user)) {
        const std::string next = "songda seal allow " + seal.id + " --user";
        return refusal("user_not_allowed", seal, " 不允许 " + std::string(user) + " 使用：" + next,
                       " may not be used by " + std::string(user) + ": " + next);
    }
    return std::nullopt;
}

SealChoice choose_seal(const RegisteredSeals& seals, const SealFace& face) {
    const std::string certificate = face.chain.empty() ? "" : to_hex(sha256(face.chain.front()));
    const std::string qr_key = face.qr_public_key.empty() ? "" : to_hex(sha256(face.qr_public_key));
    SealChoice choice;
    const Seal* other = nullptr;
    for (const Seal& seal : seals.seals) {
        if (seal.department != face.department) {
            continue;
        }
        if (seal.certificate.hash != certificate || seal.qr_key != qr_key) {
            other = &seal;
        } else if (choice.seal == nullptr ||
                   closeness(choice.seal->state) <= closeness(seal.state)) {
            choice.seal = &seal;
        }
    }
    if (choice.seal == nullptr) {
        choice.refused =
            other == nullptr
                ? refuse_no_seal(face.department)
                : refusal(
                      "other_certificate", *other,
                      " 登记的证书或二维码密钥与所持的不同：换发证书须重新制作 songda seal make",
                      " has another certificate or QR key than the one that is held: for a new "
                      "one another seal is made: songda seal make");
    }
    return choice;
}

SealRefusal refuse_no_seal(const DepartmentCode& department) {
    return {"no_seal",
            "印章名录中没有 " + department.text + " 的印章：songda seal make -d " + department.text,
            "the register has no seal of " + department.text + ": songda seal make -d " +
                department.text};
}

} // namespace songda::signer

#include "signer/seals/register_fold.hpp"

#include <algorithm>

namespace songda::signer {
namespace {

using Refusal = std::optional<SealRefusal>;

constexpr std::size_t actor_bytes_max = 128;
constexpr std::size_t reason_bytes_max = 1024;

bool is_event(const JournalLine& line, std::string_view event) {
    return line.event == event;
}

SealRefusal malformed(std::string_view zh, std::string_view en) {
    return {"malformed", std::string(zh), std::string(en)};
}

/// What stands in a register that this program wrote, and not what somebody typed.
SealRefusal malformed(std::string_view en) {
    return malformed("名录的这一行不合规则", en);
}

Refusal refuse_state(const Seal& seal, bool fits) {
    if (fits) {
        return std::nullopt;
    }
    const std::string next = next_command(seal);
    return SealRefusal{"wrong_state",
                       "印章 " + seal.id + " 现为“" + std::string(state_name_zh(seal.state)) +
                           "”，不能这样办理；现在可用：" + next,
                       "seal " + seal.id + " is " + std::string(state_name(seal.state)) +
                           ", so that cannot be done; what can: " + next};
}

Refusal refuse_proposal(const Seal& seal, SealProposal::What what) {
    if (seal.proposal && seal.proposal->what == what) {
        return std::nullopt;
    }
    return SealRefusal{"nothing_proposed",
                       "印章 " + seal.id + " 没有待确认的事项：songda seal show " + seal.id,
                       "nothing waits for a second operator: songda seal show " + seal.id};
}

/// 国办发〔2025〕33号 asks for records of making and ending; two people behind what gives power are
/// ours, as behind published editions.
Refusal refuse_person(const Seal& seal, const JournalLine& line) {
    const std::string& actor = seal_field(line.fields, "by");
    if (may_confirm(seal, actor) || seal_field(line.fields, "alone") == "yes") {
        return std::nullopt;
    }
    const std::string people =
        seal.maker() == seal.proposal->by ? seal.maker() : seal.maker() + ", " + seal.proposal->by;
    const std::string again = seal.proposal->what == SealProposal::What::widening
                                  ? "songda seal allow " + seal.id
                                  : next_command(seal);
    return SealRefusal{
        "second_person",
        "须由另一人确认：制作人和提出人（" + people + "）不能确认。请其他操作员以本人账号执行 " +
            again + "；一人办公的，可在配置 [seals] 下设 four_eyes = false",
        "who made the seal or proposed this (" + people +
            ") cannot confirm it: another operator does, under their own login: " + again +
            "; an office of one person may set four_eyes = false under [seals]"};
}

Refusal refuse_terms(const NewSeal& seal, const SealTerms& terms) {
    if (terms.last_day < terms.first_day) {
        return SealRefusal{"days_reversed", "启用日期晚于截止日期：请改 --first-day 或 --last-day",
                           "the first day is after the last: change --first-day or --last-day"};
    }
    const Date first = china_date(seal.certificate.not_before);
    const Date last = china_date(seal.certificate.not_after);
    if (terms.first_day < first || last < terms.last_day) {
        return SealRefusal{"beyond_certificate",
                           "有效期超出证书（" + to_text(first) + " — " + to_text(last) +
                               "）：请改 --first-day、--last-day，或先换发证书 songda pki renew",
                           "the days go beyond the certificate's (" + to_text(first) + " — " +
                               to_text(last) +
                               "): change --first-day, --last-day, or renew the certificate first: "
                               "songda pki renew"};
    }
    return std::nullopt;
}

/// One certificate seals for one seal.
Refusal refuse_certificate(const RegisteredSeals& all, const Seal& seal) {
    for (const Seal& other : all.seals) {
        const bool in_use = other.state == SealState::active || other.state == SealState::suspended;
        if (in_use && other.id != seal.id && other.id != seal.renews &&
            other.certificate.hash == seal.certificate.hash) {
            return SealRefusal{
                "certificate_in_use",
                "同一证书已有印章 " + other.id + "（" + std::string(state_name_zh(other.state)) +
                    "）：先注销 songda seal retire " + other.id,
                "seal " + other.id + " (" + std::string(state_name(other.state)) +
                    ") has this certificate: retire it first: songda seal retire " + other.id};
        }
    }
    return std::nullopt;
}

void propose(Seal& seal, SealProposal::What what, const JournalLine& line, SealTerms terms = {}) {
    seal.proposal = SealProposal{what, std::move(terms), seal_field(line.fields, "by"), line.time};
}

void come_to(Seal& seal, SealState state) {
    seal.state = state;
    seal.proposal.reset();
}

SealStep step_of(const JournalLine& line) {
    return {line.time, line.event, seal_field(line.fields, "by"), seal_field(line.fields, "reason"),
            seal_field(line.fields, "alone") == "yes"};
}

Refusal enter_made(RegisteredSeals& all, const JournalLine& line) {
    auto made = read_seal_fields(line.fields);
    if (!made) {
        return malformed(
            "名称、印面文字、类型、使用者或日期不合要求：类型与使用者各 1 至 128 个，不含空格，"
            "* 须单独使用；文字不超过 512 字节",
            "name, words, types, users or days are not what they must be: 1 to 128 types "
            "and users without spaces, * alone; texts of 512 bytes at most");
    }
    if (seal_field(line.fields, "seal") != all.next_id(made->department)) {
        return malformed("the id is not the next one of the department");
    }
    auto refused = refuse_terms(*made, made->terms);
    const Seal* const former = made->renews.empty() ? nullptr : all.find(made->renews);
    if (!refused && !made->renews.empty() &&
        (former == nullptr || former->department != made->department)) {
        refused = SealRefusal{
            "no_such_seal", "该部门没有印章 " + made->renews + "：songda seal list",
            "the department has no seal " + made->renews + " to renew: songda seal list"};
    }
    if (!refused) {
        Seal seal;
        static_cast<NewSeal&>(seal) = *std::move(made);
        seal.id = seal_field(line.fields, "seal");
        seal.shape = seal_field(line.fields, "shape");
        seal.picture = seal_field(line.fields, "picture");
        seal.steps.push_back(step_of(line));
        all.seals.push_back(std::move(seal));
    }
    return refused;
}

Refusal enter_activation(RegisteredSeals& all, Seal& seal, const JournalLine& line) {
    if (is_event(line, seal_event::activation_proposed)) {
        auto refused = refuse_state(seal, may_follow(seal.state, SealState::activated_once));
        refused = refused ? refused : refuse_certificate(all, seal);
        if (!refused) {
            come_to(seal, SealState::activated_once);
            propose(seal, SealProposal::What::activation, line);
        }
        return refused;
    }
    auto refused = refuse_state(seal, seal.state == SealState::activated_once);
    refused = refused ? refused : refuse_person(seal, line);
    refused = refused ? refused : refuse_certificate(all, seal);
    if (refused) {
        return refused;
    }
    Seal* const former = all.find(seal.renews);
    const bool ends = former != nullptr && former->state != SealState::retired;
    if (seal_field(line.fields, "retires") != (ends ? former->id : "")) {
        return malformed("it does not say which seal ends with it");
    }
    if (ends) {
        come_to(*former, SealState::retired);
        former->steps.push_back(step_of(line));
        former->steps.back().event = seal_event::retired;
    }
    come_to(seal, SealState::active);
    return std::nullopt;
}

Refusal enter_resumption(Seal& seal, const JournalLine& line) {
    auto refused = refuse_state(seal, seal.state == SealState::suspended);
    if (is_event(line, seal_event::resumption_proposed)) {
        if (!refused) {
            propose(seal, SealProposal::What::resumption, line);
        }
        return refused;
    }
    refused = refused ? refused : refuse_proposal(seal, SealProposal::What::resumption);
    refused = refused ? refused : refuse_person(seal, line);
    if (!refused) {
        come_to(seal, SealState::active);
    }
    return refused;
}

Refusal refuse_change(const Seal& seal, const JournalLine& line, const SealTerms& terms) {
    const bool narrower = is_within(terms, seal.terms);
    if (auto refused = refuse_terms(seal, terms)) {
        return refused;
    }
    if (is_event(line, seal_event::narrowed)) {
        if (terms == seal.terms && !seal.proposal) {
            return SealRefusal{"nothing_changes",
                               "与现有授权相同，没有改动：songda seal show " + seal.id,
                               "it is allowed so already: songda seal show " + seal.id};
        }
        return narrower ? Refusal() : malformed("it allows more than before");
    }
    if (narrower) {
        return malformed("it allows no more than before");
    }
    if (is_event(line, seal_event::widening_proposed)) {
        return std::nullopt;
    }
    auto refused = refuse_proposal(seal, SealProposal::What::widening);
    if (!refused && seal.proposal->terms != terms) {
        refused = malformed("it is not what was proposed");
    }
    return refused ? refused : refuse_person(seal, line);
}

/// Narrowing takes back what was proposed: on suspicion nothing may be widened behind it unseen.
Refusal enter_change(Seal& seal, const JournalLine& line) {
    auto refused =
        refuse_state(seal, seal.state == SealState::active || seal.state == SealState::suspended);
    auto terms = read_terms_fields(line.fields);
    if (!refused && !terms) {
        refused = malformed(
            "类型、使用者或日期不合要求：类型与使用者各 1 至 128 个，不含空格，* 须单独使用",
            "types, users or days are not what they must be: 1 to 128 types and users "
            "without spaces, * alone");
    }
    refused = refused ? refused : refuse_change(seal, line, *terms);
    if (refused) {
        return refused;
    }
    if (is_event(line, seal_event::widening_proposed)) {
        propose(seal, SealProposal::What::widening, line, *std::move(terms));
    } else {
        seal.proposal.reset();
        seal.terms = *std::move(terms);
    }
    return std::nullopt;
}

Refusal enter_end(Seal& seal, SealState to) {
    auto refused = refuse_state(seal, may_follow(seal.state, to));
    if (!refused) {
        come_to(seal, to);
    }
    return refused;
}

Refusal enter_step(RegisteredSeals& all, Seal& seal, const JournalLine& line) {
    const std::string_view event = line.event;
    if (event == seal_event::activation_proposed || event == seal_event::activated) {
        return enter_activation(all, seal, line);
    }
    if (event == seal_event::resumption_proposed || event == seal_event::resumed) {
        return enter_resumption(seal, line);
    }
    if (event == seal_event::narrowed || event == seal_event::widening_proposed ||
        event == seal_event::widened) {
        return enter_change(seal, line);
    }
    if (event == seal_event::suspended || event == seal_event::retired) {
        return enter_end(seal,
                         event == seal_event::retired ? SealState::retired : SealState::suspended);
    }
    return malformed("no event that is known");
}

Error not_allowed(const SealRefusal& refused) {
    return {Fault::corrupt, "is not allowed (" + refused.rule + "): " + refused.en};
}

} // namespace

Seal* RegisteredSeals::find(std::string_view id) {
    const auto found =
        std::find_if(seals.begin(), seals.end(), [id](const Seal& seal) { return seal.id == id; });
    return found == seals.end() ? nullptr : &*found;
}

const Seal* RegisteredSeals::find(std::string_view id) const {
    return const_cast<RegisteredSeals*>(this)->find(id);
}

std::string RegisteredSeals::next_id(const DepartmentCode& department) const {
    const auto before = std::count_if(seals.begin(), seals.end(), [&](const Seal& seal) {
        return seal.department == department;
    });
    return department.text + '-' + std::to_string(before + 1);
}

bool may_confirm(const Seal& seal, std::string_view actor) {
    return actor != seal.maker() && !(seal.proposal && actor == seal.proposal->by);
}

std::string next_command(const Seal& seal) {
    switch (seal.state) {
    case SealState::made:
    case SealState::activated_once: return "songda seal activate " + seal.id;
    case SealState::active: return "songda seal suspend " + seal.id;
    case SealState::suspended: return "songda seal resume " + seal.id;
    case SealState::retired: break;
    }
    return "songda seal make";
}

std::optional<SealRefusal> enter(RegisteredSeals& seals, const JournalLine& line) {
    const std::string& by = seal_field(line.fields, "by");
    const std::string& reason = seal_field(line.fields, "reason");
    if (by.empty() || by.size() > actor_bytes_max) {
        return malformed("it does not say who acts");
    }
    if (reason.empty() || reason.size() > reason_bytes_max) {
        return malformed("请用 --reason 写明事由，不超过 1024 字节",
                         "a reason is needed, of 1024 bytes at most: --reason");
    }
    if (line.event == seal_event::made) {
        return enter_made(seals, line);
    }
    const std::string& id = seal_field(line.fields, "seal");
    Seal* const seal = seals.find(id);
    if (seal == nullptr) {
        return SealRefusal{"no_such_seal", "没有印章 " + id + "：songda seal list",
                           "there is no seal " + id + ": songda seal list"};
    }
    auto refused = enter_step(seals, *seal, line);
    if (!refused) {
        seal->steps.push_back(step_of(line));
    }
    return refused;
}

Result<void> enter_json(RegisteredSeals& seals, std::string_view json) {
    const auto line = read_journal_line(json);
    if (!line.ok()) {
        return line.error();
    }
    const auto refused = enter(seals, line.value());
    return refused ? not_allowed(*refused) : Result<void>();
}

Result<RegisteredSeals> read_register(const std::vector<JournalLine>& lines) {
    RegisteredSeals seals;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto refused = enter(seals, lines[i]);
        if (refused) {
            return Error{Fault::corrupt,
                         "line " + std::to_string(i + 1) + ' ' + not_allowed(*refused).detail};
        }
    }
    return seals;
}

} // namespace songda::signer

#include "app/seal_report.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/json.hpp"

namespace songda::app {
namespace {

using signer::Seal;
using signer::SealNames;
using signer::SealProposal;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t hash_digits_shown = 16;

std::string_view proposal_name(SealProposal::What what) {
    switch (what) {
    case SealProposal::What::activation: return "activation";
    case SealProposal::What::resumption: return "resumption";
    case SealProposal::What::widening: break;
    }
    return "widening";
}

std::string_view proposal_zh(SealProposal::What what) {
    switch (what) {
    case SealProposal::What::activation: return "启用";
    case SealProposal::What::resumption: return "恢复";
    case SealProposal::What::widening: break;
    }
    return "放宽授权";
}

std::string names_words(const SealNames& names) {
    return names.count(signer::any_name) != 0 ? "全部 all" : signer::join_names(names);
}

std::string terms_words(const signer::SealTerms& terms) {
    return fmt::format(
        "  文书类型 types    {}\n  使用者 users      {}\n  有效期 valid      {} — {}\n",
        names_words(terms.types), names_words(terms.users), to_text(terms.first_day),
        to_text(terms.last_day));
}

void put_names(std::string& out, const SealNames& names) {
    append_json_array(out, names,
                      [&out](const std::string& name) { append_json_string(out, name); });
}

void put_terms(JsonObject& object, std::string& out, const signer::SealTerms& terms) {
    object.begin("types");
    put_names(out, terms.types);
    object.begin("users");
    put_names(out, terms.users);
    object.text("first_day", to_text(terms.first_day));
    object.text("last_day", to_text(terms.last_day));
}

void put_proposal(std::string& out, const SealProposal& proposal) {
    JsonObject object(out);
    object.text("what", proposal_name(proposal.what));
    object.text("by", proposal.by);
    object.text("time", to_rfc3339(proposal.at));
    if (proposal.what == SealProposal::What::widening) {
        put_terms(object, out, proposal.terms);
    }
    object.end();
}

void put_certificate(std::string& out, const signer::SealCertificate& certificate) {
    JsonObject object(out);
    object.text("sha256", certificate.hash);
    object.text("subject", certificate.subject);
    object.text("serial", certificate.serial);
    object.text("not_before", to_rfc3339(certificate.not_before));
    object.text("not_after", to_rfc3339(certificate.not_after));
    object.end();
}

void put_step(std::string& out, const signer::SealStep& step) {
    JsonObject object(out);
    object.text("time", to_rfc3339(step.at));
    object.text("event", step.event);
    object.text("by", step.by);
    object.text("reason", step.reason);
    object.raw("alone", step.alone ? "true" : "false");
    object.end();
}

} // namespace

std::string seal_standing(const Seal& seal) {
    std::string words = fmt::format("{} {}", state_name_zh(seal.state), state_name(seal.state));
    if (seal.proposal && seal.proposal->what != SealProposal::What::activation) {
        words += fmt::format("（{}待第二人确认 {} waits for a second operator）",
                             proposal_zh(seal.proposal->what), proposal_name(seal.proposal->what));
    }
    return words;
}

std::int64_t days_left(const Seal& seal, TimeMs now) {
    const std::int64_t left = china_midnight(seal.terms.last_day) + day_ms - now;
    return left <= 0 ? 0 : (left + day_ms - 1) / day_ms;
}

void tell_seal(const Seal& seal, TimeMs now) {
    fmt::print("印章 seal  {}  {}\n", seal.id, seal_standing(seal));
    fmt::print("  部门 department   {} {}\n  类别 kind         {} {}\n  印面 picture      {}（{} "
               "{}…）\n",
               seal.department.text, seal.name, kind_name(seal.kind).zh, kind_name(seal.kind).name,
               seal.words, seal.shape, seal.picture.substr(0, hash_digits_shown));
    fmt::print("  证书 certificate  {}\n                    {}  {} — {}\n  二维码密钥 QR key "
               "{}\n",
               seal.certificate.subject, seal.certificate.serial,
               to_text(china_date(seal.certificate.not_before)),
               to_text(china_date(seal.certificate.not_after)),
               seal.qr_key.empty() ? "无 none" : seal.qr_key.substr(0, hash_digits_shown));
    fmt::print("{}  剩余 left         {} 天 days\n", terms_words(seal.terms), days_left(seal, now));
    if (!seal.renews.empty()) {
        fmt::print("  接续 renews       {}\n", seal.renews);
    }
    if (seal.proposal) {
        fmt::print("待第二人确认 waits for a second operator: {} {}，{} {}\n",
                   proposal_zh(seal.proposal->what), proposal_name(seal.proposal->what),
                   seal.proposal->by, to_china_time(seal.proposal->at));
        if (seal.proposal->what == SealProposal::What::widening) {
            fmt::print("{}", terms_words(seal.proposal->terms));
        }
    }
    fmt::print("经过 steps\n");
    for (const signer::SealStep& step : seal.steps) {
        fmt::print("  {}  {}  {}  {}{}\n", to_china_time(step.at), step.event, step.by, step.reason,
                   step.alone ? "（一人办理 by one person alone）" : "");
    }
}

void tell_next_step(const Seal& seal) {
    const bool waits = seal.proposal.has_value();
    if (waits && seal.proposal->what == SealProposal::What::widening) {
        fmt::print("下一步 next: 另一操作员以相同选项执行 another operator, with the same options: "
                   "songda seal allow {}\n",
                   seal.id);
    } else if (waits) {
        fmt::print("下一步 next: 另一操作员执行 another operator: {} --reason …\n",
                   next_command(seal));
    } else if (seal.state == signer::SealState::made) {
        fmt::print("下一步 next: {} --reason …\n", next_command(seal));
    }
}

std::string seal_json(const Seal& seal, TimeMs now) {
    std::string out;
    JsonObject object(out);
    object.text("seal", seal.id);
    object.text("state", state_name(seal.state));
    object.text("department", seal.department.text);
    object.text("name", seal.name);
    object.text("kind", kind_name(seal.kind).name);
    object.text("words", seal.words);
    object.text("shape", seal.shape);
    object.text("picture", seal.picture);
    object.begin("certificate");
    put_certificate(out, seal.certificate);
    object.text_if("qr_key", seal.qr_key);
    put_terms(object, out, seal.terms);
    object.raw("days_left", std::to_string(days_left(seal, now)));
    object.text_if("renews", seal.renews);
    if (seal.proposal) {
        object.begin("proposal");
        put_proposal(out, *seal.proposal);
    }
    object.begin("steps");
    append_json_array(out, seal.steps,
                      [&out](const signer::SealStep& step) { put_step(out, step); });
    object.end();
    return out;
}

} // namespace songda::app

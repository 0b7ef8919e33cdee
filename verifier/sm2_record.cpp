#include "verifier/sm2_record.hpp"

#include "base/json.hpp"

namespace songda::verifier {
namespace {

/// 统一社会信用代码 of who issued it; empty: it is no record.
std::string issuer_of(ByteView record) {
    const auto json = parse_json(as_text(record));
    const auto* const issuer = json.ok() ? find_member(json.value().root(), "issuer") : nullptr;
    return issuer == nullptr ? std::string() : std::string(member_text(*issuer, "code"));
}

} // namespace

bool may_sign_record(std::string_view department, ByteView record) {
    const std::string issuer = issuer_of(record);
    // ETSI EN 319 412-1 §5.1.4 puts a scheme before the code, so the end decides.
    return !issuer.empty() && (department.empty() || department.ends_with(issuer));
}

Sm2Finding check_sm2_record(ByteView der, ByteView record, const TrustStore& trust, TimeMs at) {
    Sm2Finding finding = check_sm2_cms(der, record, trust, at);
    if (finding.authority.answer == Answer::yes && !may_sign_record(finding.department, record)) {
        finding.authority = {Answer::no, Reason::certificate_purpose, at};
    }
    return finding;
}

} // namespace songda::verifier

// Previews, and whether what is about to be issued was approved.

#include <algorithm>

#include <fmt/format.h>

#include "issuer/detail/batch.hpp"
#include "issuer/profile_check.hpp"

namespace songda::issuer::detail {

/// What the profile asks for was given, and for what would be issued now.
void Batch::check_approval(Item& item) {
    const std::optional<Approval>& approval = item.row.approval;
    const int needed = item.ready->approvals();
    if (needed == 0 && !approval) {
        return;
    }
    std::vector<Finding>& findings = item.answer.findings;
    if (!approval || approval->people < needed) {
        findings.push_back(
            {"/template", "approval", std::to_string(needed),
             fmt::format("须由起草人以外的{}人审核预览后签发（POST /api/v1/drafts）", needed),
             fmt::format("must be approved by {} beside the author before it is "
                         "issued (POST /api/v1/drafts)",
                         needed)});
        item.close(Answer::Kind::refused);
        return;
    }
    const auto shown = preview(item);
    if (!shown.ok()) {
        item.fail(shown.error());
    } else if (sha256(shown.value()) != approval->preview) {
        findings.push_back({"", "approved_preview", "",
                            "与审核时的预览不一致（模板或程序已变更），请重新起草",
                            "is not what was approved: the template or the program has changed; "
                            "draft it anew"});
        item.close(Answer::Kind::refused);
    }
}

Result<ByteBuffer> Batch::preview(Item& item) {
    if (item.ready == nullptr) {
        read(item);
        if (item.open) {
            check(item);
        }
        if (!item.open) {
            return ByteBuffer();
        }
    }
    const auto compiled = item.ready->preview->get(*item.ready->compiled);
    if (!compiled.ok()) {
        return compiled.error();
    }
    // The day of issue is not known when a preview is approved: its place stays empty.
    std::vector<NamedValue> shown = item.values.list;
    std::erase_if(shown, [](const NamedValue& value) { return value.name == "issued_on"; });
    return renderer_.preview(*compiled.value(), shown, item.photo ? &*item.photo : nullptr);
}

/// Documents of the template's type that the department issued for the case, where its profile
/// asks.
Result<int> Batch::count_earlier(const ReadyTemplate& ready, const std::string& case_number) {
    if (!counts_earlier(*ready.profile) || case_number.empty()) {
        return 0;
    }
    const auto documents = desk_.parts.store.case_documents(case_number);
    if (!documents.ok()) {
        return documents.error();
    }
    return static_cast<int>(std::count_if(documents.value().begin(), documents.value().end(),
                                          [&](const store::DocumentRow& document) {
                                              return document.department == department_ &&
                                                     document.type_code ==
                                                         ready.compiled->spec().type_code;
                                          }));
}

} // namespace songda::issuer::detail
